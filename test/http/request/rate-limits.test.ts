import { expect, test } from 'vitest'
import request from 'supertest'
import { aRun } from '../../contract/rows.ts'
import { noBody, noInput } from '../../../src/http/request/no-input.ts'
import { route, type RouteGroup } from '../../../src/http/route.ts'
import { runApp } from '../../support/service/run-app.ts'

const CANARY_JUDGE_TOKENS =
  'ann:decide:ann-token-0123456789,bo:decide:bo-token-0123456789,argo:judge:argo-token-0123456789'

const controller: RouteGroup = {
  name: 'controller',
  description: 'As a controller calls it',
  routes: [
    route({
      method: 'post',
      path: '/v1/controller',
      operationId: 'argo',
      summary: '',
      roles: ['judge'],
      limit: 'none',
      params: noInput,
      query: noInput,
      body: noBody,
      answers: { 200: { description: '', type: 'application/json' } },
      handle: () => ({ status: 200, json: { verdict: 'pass' } }),
    }),
  ],
}

const start = () =>
  runApp({
    env: { CANARY_JUDGE_TOKENS },
    overrides: { groups: [controller] },
    change: (config) => ({
      ...config,
      limits: { ...config.limits, readsPerMinute: 3, decisionsPerMinute: 2, failedLoginsPerMinute: 3 },
    }),
  })

const codes = async (count: number, send: () => Promise<{ readonly status: number }>) => {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push((await send()).status)
  return statuses
}

test('reading is limited per token, says when to come back, and goes on in the next minute', async () => {
  await using running = await start()
  const read = (who: string) =>
    request(running.url).get('/v1/runs').auth(`${who}-token-0123456789`, { type: 'bearer' })
  expect(await codes(4, async () => read('ann'))).toEqual([200, 200, 200, 429])
  const refused = await read('ann')
  expect(refused.headers['retry-after']).toBe('60')
  expect(refused.body).toMatchObject({
    status: 429,
    code: 'rate-limited',
    detail: 'expected at most 3 requests a minute, got more',
  })
  expect((await read('bo')).status).toBe(200)
  running.clock.ms += 60_000
  expect((await read('ann')).status).toBe(200)
})

test('deciding has a limit of its own', async () => {
  await using running = await start()
  await running.store.openRun(aRun({ id: 'run-1' }))
  const decide = async () =>
    request(running.url)
      .post('/v1/runs/run-1/decisions')
      .auth('ann-token-0123456789', { type: 'bearer' })
      .send({ decision: 'hold', reason: 'x' })
  expect(await codes(3, decide)).toEqual([201, 201, 429])
})

test('failed logins of an address are limited until the minute is over, and the right token is let in', async () => {
  await using running = await start()
  const read = async (token: string) => request(running.url).get('/v1/runs').auth(token, { type: 'bearer' })
  expect(await codes(4, () => read('wrong-token-0123456789'))).toEqual([401, 401, 401, 429])
  expect((await read('ann-token-0123456789')).status).toBe(200)
  const refused = await read('wrong-token-0123456789')
  expect(refused.status).toBe(429)
  expect(refused.headers['retry-after']).toBe('60')
  expect(refused.body.detail).toBe('expected at most 3 failed logins a minute, got more')
  running.clock.ms += 60_000
  expect((await read('wrong-token-0123456789')).status).toBe(401)
  const metrics = await request(running.url).get('/metrics')
  expect(metrics.text).toContain('canary_judge_failed_logins_total 6')
})

test('requests without any token are no failed logins', async () => {
  await using running = await start()
  const bare = async () => request(running.url).get('/v1/runs')
  expect(await codes(5, bare)).toEqual([401, 401, 401, 401, 401])
})

test('a controller never gets 429, whatever else its address does', async () => {
  await using running = await start()
  const judge = async (token: string) =>
    request(running.url).post('/v1/controller').auth(token, { type: 'bearer' })
  expect(await codes(6, () => judge('wrong-token-0123456789'))).toEqual([401, 401, 401, 401, 401, 401])
  expect(await codes(10, () => judge('argo-token-0123456789'))).toEqual(Array(10).fill(200))
})

test('an address behind a trusted proxy is the one the proxy names', async () => {
  await using direct = await start()
  const guess = (url: string, from: string) =>
    request(url)
      .get('/v1/runs')
      .set('X-Forwarded-For', from)
      .auth('wrong-token-0123456789', { type: 'bearer' })
  let n = 0
  const others = (url: string) => codes(5, async () => guess(url, `10.0.0.${n++}`))
  expect(await others(direct.url)).toEqual([401, 401, 401, 429, 429])
  await using proxied = await runApp({
    env: { CANARY_JUDGE_TOKENS },
    change: (config) => ({
      ...config,
      trustProxy: ['loopback'],
      limits: { ...config.limits, failedLoginsPerMinute: 3 },
    }),
  })
  expect(await others(proxied.url)).toEqual([401, 401, 401, 401, 401])
})
