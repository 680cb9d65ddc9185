import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hookTypes } from '../../../src/callers/flagger/request.ts'
import { checkingSource } from '../../support/stand-ins/checking-source.ts'
import { fixtureRecording } from '../../support/stand-ins/fake-source.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'
import { type FlaggerRollout, isPlainLine, payload, runFlagger } from './flagger-caller.ts'

const judges = 'judges-token-0123456789'
const onlyReads = 'reads-token-0123456789'
const otherNamespace = 'others-token-0123456789'
const tokens = `argus:judge:${judges},rita:read:${onlyReads},otto:judge:${otherNamespace}`

let running: FlaggerRollout
let guarded: RunningApp
beforeAll(async () => {
  running = await runFlagger()
  await running.begin()
  guarded = await runApp({
    env: { CANARY_JUDGE_TOKENS: tokens },
    change: (config) => ({
      ...config,
      tokens: config.tokens.map((each) => (each.name === 'otto' ? { ...each, namespaces: ['bank'] } : each)),
    }),
  })
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await guarded.app.stop()
})

describe.each(hookTypes)('POST /v1/flagger/%s refuses', (type) => {
  test.each([
    ['no name', { name: undefined }, 400, 'name'],
    ['an empty namespace', { namespace: '' }, 400, 'namespace'],
    ['a number as name', { name: 7 }, 400, 'name'],
    ['a number as phase', { phase: 1 }, 400, 'phase'],
    ['a number as checksum', { checksum: 7 }, 400, 'checksum'],
    ['metadata that is a list', { metadata: ['a'] }, 400, 'metadata'],
    ['a number in metadata', { metadata: { port: 80 } }, 400, 'metadata.port'],
    ['steps that are no weights', { metadata: { policy: 'web', steps: '5,x' } }, 400, 'metadata.steps'],
    ['steps that fall', { metadata: { policy: 'web', steps: '25,5' } }, 400, 'metadata.steps'],
    ['minutes without end', { metadata: { policy: 'web', minutes: '1e9' } }, 400, 'metadata.minutes'],
    ['an interval without unit', { metadata: { policy: 'web', interval: '60' } }, 400, 'metadata.interval'],
    ['policy with a letter missing', { metadata: { polcy: 'web' } }, 400, 'did you mean policy?'],
    ['control characters', { metadata: { policy: 'web', target: 'a\nb' } }, 400, 'metadata.target'],
  ])('%s', async (_, change, status, named) => {
    const answer = await running.hook(type, change)
    expect([answer.status, isPlainLine(answer)]).toEqual([status, true])
    expect(answer.text).toContain(named)
  })
})

test.each(hookTypes)('POST /v1/flagger/%s says of a key that is too long what was expected', async (type) => {
  const answer = await running.hook(type, { metadata: { policy: 'web', ['k'.repeat(254)]: '1' } })
  expect([answer.status, isPlainLine(answer)]).toEqual([400, true])
  expect(answer.text).toMatch(
    /^bad-request: invalid body: metadata\["k+"\]: expected at most 253 characters, got "k+…$/,
  )
})

test.each(['pre-rollout', 'rollout', 'confirm-traffic-increase', 'confirm-promotion', 'rollback'] as const)(
  'POST /v1/flagger/%s refuses a body without a checksum',
  async (type) => {
    const { status, text } = await running.hook(type, { checksum: '' })
    expect([status, text]).toEqual([
      400,
      'bad-request: invalid body: checksum: expected the checksum of a revision, got none',
    ])
  },
)

test('POST /v1/flagger/* takes a body without metadata, and fields that a later Flagger may add', async () => {
  const { metadata: _, ...bare } = payload
  for (const type of hookTypes) {
    const answer = await running.hook(type, { ...bare, metadata: undefined, canaryWeight: 5 })
    // `web` is the only policy, and therefore the default.
    expect([type, [400, 401, 403, 503].includes(answer.status)]).toEqual([type, false])
  }
})

test.each(hookTypes.filter((type) => type !== 'event'))(
  'POST /v1/flagger/%s names the policies there are when it does not know the one asked for',
  async (type) => {
    const answer = await running.hook(type, { metadata: { policy: 'wbe' } })
    expect([answer.status, isPlainLine(answer)]).toEqual([422, true])
    expect(answer.text).toContain('got "wbe"')
  },
)

test('POST /v1/flagger/pre-rollout refuses, before there is traffic, what every later hook would refuse', async () => {
  await using slipped = await runFlagger({ source: checkingSource(fixtureRecording('healthy')) })
  const answer = await slipped.hook('pre-rollout', { metadata: { policy: 'web', sevice: 'web' } })
  expect([answer.status, isPlainLine(answer)]).toEqual([400, true])
  expect(answer.text).toContain('params.sevice')
  expect((await slipped.store.listRuns({ limit: 10 })).items).toEqual([])
  expect((await slipped.hook('pre-rollout')).status).toBe(200)
})

const raw = (type: string) => request(guarded.url).post(`/v1/flagger/${type}`)
const basic = (token: string) => `Basic ${Buffer.from(`flagger:${token}`).toString('base64')}`

describe.each(hookTypes)('POST /v1/flagger/%s', (type) => {
  test('without a token, with a wrong one and with one that lacks the role is 4xx in one plain line', async () => {
    const ask = (authorization?: string) => {
      const call = raw(type).send(payload)
      return authorization === undefined ? call : call.set('Authorization', authorization)
    }
    for (const [authorization, status] of [
      [undefined, 401],
      [basic('nobody'), 401],
      [basic(onlyReads), 403],
    ] as const) {
      const answer = await ask(authorization)
      expect([answer.status, isPlainLine(answer)]).toEqual([status, true])
      expect(answer.text).not.toContain('token-')
    }
  })

  test('with a token of other namespaces is 403', async () => {
    const answer = await raw(type).set('Authorization', basic(otherNamespace)).send(payload)
    expect([answer.status, isPlainLine(answer)]).toEqual([403, true])
  })

  test('of what is no JSON, too large, too deep or of another type is 4xx in one plain line', async () => {
    const ask = (body: string, contentType = 'application/json') =>
      raw(type).set('Authorization', basic(judges)).set('Content-Type', contentType).send(body)
    for (const [answer, status] of [
      [await ask('{"name": "web",'), 400],
      [await ask('null'), 400],
      [await ask('[]'), 400],
      [await ask('{"name": "web", "__proto__": {"a": 1}}'), 400],
      [await ask('['.repeat(100) + ']'.repeat(100)), 400],
      [await ask(JSON.stringify({ ...payload, metadata: { a: 'x'.repeat(70_000) } })), 413],
      [await ask('name=web', 'application/x-www-form-urlencoded'), 415],
    ] as const) {
      expect([answer.status, isPlainLine(answer)]).toEqual([status, true])
    }
  })

  test('with another method is 405, never a redirect', async () => {
    const answer = await request(guarded.url).get(`/v1/flagger/${type}`).redirects(0)
    expect([answer.status, isPlainLine(answer), answer.headers['allow']]).toEqual([
      405,
      true,
      'POST, OPTIONS',
    ])
  })
})

test('POST under /v1/flagger to a hook that does not exist is 404 in one plain line', async () => {
  for (const path of ['rollouts', '', 'Rollout', '%zz']) {
    const answer = await raw(path).set('Authorization', basic(judges)).send(payload).redirects(0)
    expect([answer.status >= 400 && answer.status < 500, isPlainLine(answer)]).toEqual([true, true])
  }
})
