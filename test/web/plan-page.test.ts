import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningApp, runApp } from '../support/service/run-app.ts'

let running: RunningApp
beforeAll(async () => {
  const tokens = 'rita:read:rita-token-0123456789,judge:judge:judge-token-0123456789'
  running = await runApp({ env: { CANARY_JUDGE_TOKENS: tokens } })
})
afterAll(() => running[Symbol.asyncDispose]())

const get = (path: string, token = 'rita-token-0123456789') =>
  request(running.url).get(path).set('Authorization', `Bearer ${token}`)

test('GET /plan shows a table and a plot for the numbers of its form', async () => {
  const { status, text } = await get('/plan?rps=200&errors=1&p95=&steps=10,50&minutes=15')
  expect(status).toBe(200)
  expect(text).toMatch(/name="rps"[^>]*value="200"/)
  expect(text).toMatch(/<th scope="col">10%<br \/><small>15 min<\/small>/)
  expect(text).toMatch(/<th scope="row">errors <small>fails from<\/small><\/th>\s*<td>×[\d.]+<\/td>/)
  expect(text).toMatch(
    /<svg [^>]*aria-label="errors: the smallest harm that has failed the rollout, by minute"/,
  )
  expect(text).not.toContain('data-at=')
})

test('GET /v1/plan says the same as data, and more traffic shows smaller harm', async () => {
  const lastOf = async (rps: number): Promise<number> => {
    const { status, body } = await get(`/v1/plan?rps=${rps}&steps=10,50&minutes=15`)
    expect(status).toBe(200)
    expect(body.stages).toEqual({ weights: [10, 50], minutes: [15, 15] })
    return body.metrics[0].steps[1].shown
  }
  expect(await lastOf(200)).toBeLessThan(await lastOf(2))
})

test.each([
  ['/plan?rps=0', 400],
  ['/v1/plan?rps=ten', 400],
  ['/v1/plan?steps=50,10', 400],
  ['/v1/plan?steps=5;25', 400],
  ['/v1/plan?policy=absent', 422],
  ['/v1/plan?minutes=100000', 400],
  ['/v1/plan?speed=1', 400],
])('GET %s is refused with %d', async (path, status) => {
  expect((await get(path)).status).toBe(status)
})

test('GET /plan asks for the role read', async () => {
  expect((await request(running.url).get('/v1/plan')).status).toBe(401)
  expect((await get('/plan', 'judge-token-0123456789')).status).toBe(403)
})
