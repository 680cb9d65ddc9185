import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../../../src/store/open-store.ts'
import { postgresMissing, type PostgresServer, startPostgres } from '../../../support/parts/postgres.ts'
import { hangingStore } from '../../../support/stand-ins/hanging-store.ts'
import { loopback, type RunningApp, runApp, t0 } from '../../../support/service/run-app.ts'
import { aRun } from '../../../contract/rows.ts'
import { startStopwatch } from '../../../support/measures/stopwatch.ts'

const env = {
  CANARY_JUDGE_TOKENS:
    'ann:decide:ann-token-0123456789,flagger:judge:flagger-token-0123456789,ro:read:reader-token-0123456789',
}
const ann = 'ann-token-0123456789'
const flagger = 'flagger-token-0123456789'
const web = { name: 'web', namespace: 'shop' }
/** The body that Flagger sends. */
const payload = { ...web, phase: 'Progressing', checksum: '85d557f47b', metadata: { policy: 'web' } }

let running: RunningApp
beforeEach(async () => {
  running = await runApp({ env })
})
afterEach(() => running.app.stop())

const post = async (path: string, body: object | string = web, token = ann, to = running) => {
  const { status, text, headers } = await request(to.url)
    .post(path)
    .set('Authorization', `Bearer ${token}`)
    .set('Content-Type', 'application/json')
    .send(body)
  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(text).toMatch(/^[^\r\n]{1,299}$/)
  return [status, text]
}

describe.each(['gate', 'rollback'] as const)('POST /%s', (gate) => {
  const check = (body: object = payload) => post(`/${gate}/check`, body, flagger)

  test('/check is 403 Forbidden at first, 200 Approved while open, 403 again once closed', async () => {
    expect(await check()).toEqual([403, 'Forbidden'])
    expect(await post(`/${gate}/open`)).toEqual([202, 'Opened'])
    expect(await check()).toEqual([200, 'Approved'])
    expect(await check()).toEqual([200, 'Approved'])
    expect(await post(`/${gate}/close`)).toEqual([202, 'Closed'])
    expect(await check()).toEqual([403, 'Forbidden'])
  })

  test('/open opens the gate of this canary alone, and not its other one', async () => {
    await post(`/${gate}/open`)
    expect(await check({ ...payload, name: 'api' })).toEqual([403, 'Forbidden'])
    expect(await check({ ...payload, namespace: 'bank' })).toEqual([403, 'Forbidden'])
    const other = gate === 'gate' ? 'rollback' : 'gate'
    expect(await post(`/${other}/check`)).toEqual([403, 'Forbidden'])
  })

  test.each(['open', 'close'])('/%s takes the role decide', async (change) => {
    const [status, line] = await post(`/${gate}/${change}`, web, flagger)
    expect([status, line]).toEqual([403, 'forbidden: expected a token with role decide, "flagger" lacks it'])
    expect(await check()).toEqual([403, 'Forbidden'])
  })

  test('/check answers neither a token with the role read nor a request without a token', async () => {
    expect(await post(`/${gate}/check`, payload, 'reader-token-0123456789')).toEqual([
      403,
      expect.stringMatching(/^forbidden: expected a token with role judge or decide/),
    ])
    expect(await post(`/${gate}/check`, payload, 'wrong')).toEqual([
      401,
      expect.stringMatching(/^unauthenticated: /),
    ])
  })

  test.each([
    ['{"name":', 400, /^bad-json: /],
    [{ name: 'web' }, 400, /^bad-request: invalid body: namespace: expected text, got nothing$/],
    [{ name: '', namespace: 'shop' }, 400, /name: expected at least 1 character/],
    [{ name: 5, namespace: 'shop' }, 400, /name: expected text, got 5/],
    ['[]', 400, /expected a map/],
  ])('/check of %j is an error on one plain line', async (body, status, line) => {
    expect(await post(`/${gate}/check`, body)).toEqual([status, expect.stringMatching(line)])
  })
})

test('POST /gate/approve is always 200, /gate/halt always 403, with any body or none', async () => {
  for (const body of [payload, {}, 'nonsense']) {
    expect(await post('/gate/approve', body, flagger)).toEqual([200, 'OK'])
    expect(await post('/gate/halt', body, flagger)).toEqual([403, 'Forbidden'])
  }
})

test('GET of a gate is 405 on one plain line', async () => {
  const { status, text } = await request(running.url).get('/gate/check')
  expect([status, text]).toEqual([405, 'method-not-allowed: expected method POST, OPTIONS, got GET'])
})

test('gates take Basic auth with the token as password, as Flagger sends it', async () => {
  const { status } = await request(running.url).post('/gate/check').auth('any', flagger).send(payload)
  expect(status).toBe(403)
  const { status: opened } = await request(running.url).post('/gate/open').auth('any', ann).send(web)
  expect(opened).toBe(202)
})

test('a token of other namespaces neither checks nor opens a gate', async () => {
  await using narrow = await runApp({
    env,
    change: (config) => ({
      ...config,
      tokens: config.tokens.map((token) => ({ ...token, namespaces: ['bank'] })),
    }),
  })
  for (const path of ['/gate/check', '/gate/open', '/rollback/close']) {
    expect(await post(path, web, ann, narrow)).toEqual([
      403,
      'forbidden: expected a namespace of this token (bank), got "shop"',
    ])
  }
})

test('opening takes a token also where everybody may judge, checking does not', async () => {
  await using open = await runApp({ change: (config) => ({ ...config, allowAnonymous: true }) })
  const ask = (path: string) => request(open.url).post(path).send(web)
  expect((await ask('/gate/open')).status).toBe(403)
  expect((await ask('/gate/check')).text).toBe('Forbidden')
})

test('opening takes no token where only this machine is served', async () => {
  await using local = await runApp()
  expect((await request(local.url).post('/gate/open').send(web)).status).toBe(202)
})

describe('what curl -d sends', () => {
  const form = 'application/x-www-form-urlencoded'
  const send = () =>
    request(running.url).post('/gate/open').set('Authorization', `Bearer ${ann}`).set('Content-Type', form)

  test('is taken, though it says that it is a form', async () => {
    expect((await send().send('{"name":"web","namespace":"shop"}')).status).toBe(202)
  })

  test('is not taken from a page, which may send forms anywhere', async () => {
    const response = await send()
      .set('Origin', 'https://elsewhere.example')
      .send('{"name":"web","namespace":"shop"}')
    expect([response.status, response.text]).toEqual([
      415,
      `unsupported-media-type: expected Content-Type application/json, got "${form}"`,
    ])
  })

  test('is taken by no other route', async () => {
    const decision = request(running.url).post('/v1/decisions').set('Authorization', `Bearer ${ann}`)
    expect((await decision.set('Content-Type', form).send('{}')).status).toBe(415)
  })
})

test('GET /v1/runs/{id} shows how the gates stood and who changed them during the run', async () => {
  const run = aRun({ id: 'run-1', ...web, openedAt: t0 + 100, closedAt: t0 + 400 })
  await running.store.openRun(run)
  const changes = [
    [50, '/gate/close'],
    [60, '/gate/open'],
    [200, '/gate/close'],
    [300, '/rollback/open'],
    [500, '/rollback/close'],
  ] as const
  for (const [after, path] of changes) {
    running.clock.ms = t0 + after
    await post(path)
  }
  const { body } = await request(running.url).get('/v1/runs/run-1').set('Authorization', `Bearer ${ann}`)
  const at = (ms: number) => new Date(t0 + ms).toISOString()
  expect(body.gates).toEqual([
    { gate: 'gate', open: true, by: 'ann', at: at(60) },
    { gate: 'gate', open: false, by: 'ann', at: at(200) },
    { gate: 'rollback', open: true, by: 'ann', at: at(300) },
  ])
  expect(running.lines.join('')).toContain('"msg":"rollback opened"')
})

test('an open gate changes nothing of what people decided on the run', async () => {
  await running.store.openRun(aRun({ id: 'run-1', ...web }))
  await post('/gate/open')
  expect(await running.store.listDecisions({ ...web, runId: 'run-1' })).toEqual([])
})

describe('when the store', () => {
  test('is away, /rollback/check is no 200 and /gate/open no 202', async () => {
    await running.store.close()
    expect(await post('/rollback/check')).toEqual([503, expect.stringMatching(/^store-unavailable: /)])
    expect(await post('/gate/open')).toEqual([503, expect.stringMatching(/^store-unavailable: /)])
  })

  test('hangs, the answer comes before Flagger gives up', async () => {
    const real = await openStore({
      url: 'sqlite::memory:',
      clock: { now: () => t0 },
      log: pino({ level: 'silent' }),
    })
    const holder = hangingStore(real)
    await using hanging = await runApp({ env, overrides: { openStore: async () => holder.store } })
    holder.hangs = true
    const watch = startStopwatch()
    expect(await post('/gate/check', payload, flagger, hanging)).toEqual([
      504,
      expect.stringMatching(/^timeout: /),
    ])
    expect(watch.elapsedMs()).toBeLessThan(8000)
    holder.hangs = false
  })
})

test('gates stand as they were after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-gates-'))
  const url = `sqlite:${join(folder, 'judge.db')}`
  const log = pino({ level: 'silent' })
  const start = () =>
    runApp({ env, overrides: { openStore: () => openStore({ url, clock: { now: () => t0 }, log }) } })
  const before = await start()
  await post('/gate/open', web, ann, before)
  await before.app.stop()
  const after = await start()
  expect(await post('/gate/check', payload, flagger, after)).toEqual([200, 'Approved'])
  await after.app.stop()
  await rm(folder, { recursive: true })
})

const missing = postgresMissing()
describe.skipIf(missing !== undefined)(`gates of two replicas on PostgreSQL ${missing ?? ''}`, () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  test('are the same whichever is asked', async () => {
    const url = await server.createDatabase('gates')
    const log = pino({ level: 'silent' })
    const start = () =>
      runApp({
        env: { ...loopback, ...env },
        overrides: { openStore: () => openStore({ url, clock: { now: () => t0 }, log }) },
      })
    await using one = await start()
    await using two = await start()
    expect(await post('/gate/open', web, ann, one)).toEqual([202, 'Opened'])
    expect(await post('/gate/check', payload, flagger, two)).toEqual([200, 'Approved'])
    expect(await post('/gate/close', web, ann, two)).toEqual([202, 'Closed'])
    expect(await post('/gate/check', payload, flagger, one)).toEqual([403, 'Forbidden'])
  })
})
