import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import request from 'supertest'
import { AppError } from '../../src/errors.ts'
import { jsonTypes } from '../../src/http/body/decode-text.ts'
import { noBody, noInput } from '../../src/http/request/no-input.ts'
import { route, type RouteGroup } from '../../src/http/route.ts'
import { rawRequest } from '../support/service/raw-request.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'

const answers = { 200: { description: 'Fine', type: 'application/json' } }
const open = { roles: [], limit: 'none', params: noInput, query: noInput, answers, summary: '' } as const
const fail = (): never => {
  throw new Error('the password is hunter2', { cause: new Error('postgres://me:hunter2@db/x') })
}

const group: RouteGroup = {
  name: 'test',
  description: 'For this test',
  routes: [
    route({ ...open, method: 'get', path: '/v1/broken', operationId: 'a', body: noBody, handle: fail }),
    route({
      ...open,
      method: 'post',
      path: '/v1/flagger/broken',
      operationId: 'b',
      body: noBody,
      handle: fail,
    }),
    route({
      ...open,
      method: 'get',
      path: '/v1/away',
      operationId: 'c',
      body: noBody,
      handle() {
        const cause = new Error('connect ECONNREFUSED 10.0.0.7:5432')
        throw new AppError('store-unavailable', `the store is away: ${cause.message}`, {
          cause,
          retryAfter: 2.5,
        })
      },
    }),
    ...['/v1/echo', '/gate/echo'].map((path) =>
      route({
        ...open,
        method: 'post',
        path,
        operationId: `echo${path}`,
        body: {
          form: 'json',
          types: jsonTypes,
          schema: z.strictObject({ weight: z.number(), name: z.string().exactOptional() }),
          size: 'normal',
        },
        handle: ({ body }) => ({
          status: 200,
          json: body,
          formats: { text: () => `weight ${body.weight}`, html: () => `<p>${body.weight}</p>` },
        }),
      }),
    ),
  ],
}

let running: RunningApp
beforeAll(async () => {
  running = await runApp({ overrides: { groups: [group] } })
})
afterAll(() => running.app.stop())

const api = () => request(running.url)
const withId = { 'X-Request-Id': 'test-1' }

const problem = (status: number, code: string, title: string, detail: string, more: object = {}) => ({
  type: `/docs/errors#${code}`,
  title,
  status,
  code,
  detail,
  requestId: 'test-1',
  ...more,
})

describe('problems', () => {
  test('an unforeseen error is answered 500 without a word of it, and the log has the cause', async () => {
    const response = await api().get('/v1/broken').set(withId)
    expect(response.status).toBe(500)
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(response.headers['x-request-id']).toBe('test-1')
    expect(response.body).toEqual(problem(500, 'internal', 'Internal error', 'Internal error'))
    const line = running.lines.find((each) => each.includes('unexpected reason'))
    expect(line).toContain('"requestId":"test-1"')
    expect(line).toContain('the password is hunter2')
    expect(line).not.toContain('me:hunter2')
  })

  test('an error of ours is answered by its code, with Retry-After in whole seconds', async () => {
    const response = await api().get('/v1/away').set(withId)
    expect(response.status).toBe(503)
    expect(response.headers['retry-after']).toBe('3')
    expect(response.body).toEqual(
      problem(503, 'store-unavailable', 'Store unavailable', 'the store does not answer at the moment'),
    )
  })

  test('why the store is away is said in the log and to no caller', async () => {
    await api().get('/v1/away').set({ 'X-Request-Id': 'test-2' })
    const line = running.lines.find((each) => each.includes('"test-2"') && each.includes('10.0.0.7'))
    expect(line).toContain('"level":"warn"')
  })

  test('an unknown path is 404', async () => {
    const response = await api().get('/v1/nothing?token=abc').set(withId)
    expect(response.body).toEqual(
      problem(404, 'not-found', 'Not found', 'expected a path of /openapi.json, got /v1/nothing'),
    )
    expect(response.status).toBe(404)
  })

  test('another method is 405 with Allow, and OPTIONS lists the same', async () => {
    const response = await api().delete('/v1/runs').set(withId)
    expect(response.status).toBe(405)
    expect(response.headers['allow']).toBe('GET, HEAD, OPTIONS')
    expect(response.body).toEqual(
      problem(
        405,
        'method-not-allowed',
        'Method not allowed',
        'expected method GET, HEAD, OPTIONS, got DELETE',
      ),
    )
    const options = await api().options('/v1/echo')
    expect([options.status, options.headers['allow'], options.text]).toEqual([204, 'POST, OPTIONS', ''])
  })

  test.each(['/v1/runs/%zz', '/v1/runs/%', '/v1/runs/%c3%28'])(
    'bad percent-encoding is 400: %s',
    async (path) => {
      const response = await api().get(path).set(withId)
      expect(response.status).toBe(400)
      expect(response.body).toEqual(
        problem(400, 'bad-request', 'Bad request', 'expected valid percent-encoding in the path'),
      )
    },
  )

  test('HEAD is answered like GET, without a body', async () => {
    const head = await api().head('/healthz')
    const missing = await api().head('/v1/nothing')
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '15', undefined])
    expect([missing.status, missing.text]).toEqual([404, undefined])
  })

  test('every field that is wrong is named at once, with the nearest known key', async () => {
    const response = await api().post('/v1/echo').set(withId).send({ wieght: 5, name: 7 })
    expect(response.status).toBe(400)
    expect(response.body).toEqual(
      problem(
        400,
        'bad-request',
        'Bad request',
        'invalid body: weight: expected a number, got nothing (and 2 more)',
        {
          issues: [
            { path: 'weight', message: 'expected a number, got nothing' },
            { path: 'name', message: 'expected text, got 7, put it in quotes' },
            { path: 'wieght', message: 'unknown key "wieght", did you mean weight?' },
          ],
        },
      ),
    )
  })

  test.each([
    ['no type', undefined, '{}', 415, 'expected Content-Type application/json, got none'],
    ['a form', 'application/x-www-form-urlencoded', 'a=1', 415, 'got "application/x-www-form-urlencoded"'],
    [
      'another charset',
      'application/json; charset=latin1',
      '{}',
      415,
      'expected charset utf-8, got "latin1"',
    ],
    ['no JSON', 'application/json', '{', 400, 'expected JSON, got a syntax error'],
    ['nothing', 'application/json', '', 400, 'expected JSON, got nothing'],
    ['prototype keys', 'application/json', '{"__proto__":{}}', 400, 'expected no key named "__proto__"'],
    ['deep nesting', 'application/json', `${'['.repeat(33)}${']'.repeat(33)}`, 400, 'at most 32 levels'],
    ['too much', 'application/json', `"${'x'.repeat(65_536)}"`, 413, 'at most 65536 bytes, got more'],
  ])('a body of %s is refused', async (_, type, body, status, detail) => {
    const response = await fetch(`${running.url}/v1/echo`, {
      method: 'POST',
      body: Buffer.from(body),
      headers: type === undefined ? {} : { 'Content-Type': type },
    })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ status, detail: expect.stringContaining(detail) })
  })

  test('bytes that are no UTF-8 are refused', async () => {
    const body = Buffer.from([0x22, 0xff, 0x22])
    const response = await fetch(`${running.url}/v1/echo`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json; charset="UTF-8"' },
    })
    expect(await response.json()).toMatchObject({ detail: 'expected a body in UTF-8, got other bytes' })
  })

  test('a parameter given twice, and one that is unknown, are refused', async () => {
    const twice = await api().get('/v1/runs?limit=1&limit=2')
    expect(twice.body).toMatchObject({
      status: 400,
      detail: 'invalid query: limit: expected each parameter once, got it twice',
      issues: [{ path: 'limit', message: 'expected each parameter once, got it twice' }],
    })
    const unknown = await api().get('/v1/runs?__proto__=1')
    expect(unknown.body).toMatchObject({ status: 400, issues: [{ path: '__proto__' }] })
  })
})

describe('plain lines', () => {
  test.each(['/v1/flagger/broken', '/v1/flagger/none', '/gate/none', '/rollback'])(
    'POST %s gets an error as one plain line',
    async (path) => {
      const response = await api().post(path)
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
      expect(response.text).toMatch(/^(internal|not-found): [^\n]{1,280}$/)
    },
  )

  test('issues stand in the line, and it stays under 300 characters', async () => {
    const response = await api().post('/gate/echo').send({ weight: 'x', name: 7 })
    expect(response.text).toBe(
      'bad-request: invalid body: weight: expected a number, got "x" (and 1 more); name: expected text, got 7, put it in quotes',
    )
    const long = await api()
      .post('/gate/echo')
      .send({ weight: 'x', ['k'.repeat(500)]: 7 })
    expect(long.text.length).toBeLessThan(300)
  })
})

describe('answers', () => {
  test.each([
    ['*/*', 'application/json; charset=utf-8', '{"weight":5}'],
    ['text/plain', 'text/plain; charset=utf-8', 'weight 5'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8', '<p>5</p>'],
    ['image/png', 'application/json; charset=utf-8', '{"weight":5}'],
  ])('Accept: %s gets %s', async (accept, type, text) => {
    const response = await api().post('/v1/echo').set('Accept', accept).send({ weight: 5 })
    expect([response.status, response.headers['content-type'], response.text]).toEqual([200, type, text])
    expect(response.headers['vary']).toBe('Accept')
    expect(response.headers['content-length']).toBe(String(text.length))
  })

  test('a request id that is not sane is replaced', async () => {
    const response = await api().get('/healthz').set('X-Request-Id', 'a b"c')
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('headers forbid a browser everything', async () => {
    const { headers } = await api().get('/v1/runs')
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect(headers).not.toHaveProperty('x-powered-by')
  })
})

describe('broken HTTP', () => {
  const body = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))

  test('what is no HTTP gets a problem', async () => {
    const answer = await rawRequest(running.port, 'nonsense\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(body(answer)).toMatchObject({
      status: 400,
      detail: 'expected an HTTP request, got something else',
    })
  })

  test.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 'none'],
    ['two', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', '2'],
  ])('a request with %s gets a problem', async (_, bytes, got) => {
    const answer = await rawRequest(running.port, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(body(answer)).toMatchObject({
      code: 'bad-request',
      detail: `expected one Host header, got ${got}`,
    })
  })

  test('HTTP/1.0 needs no Host', async () => {
    expect(await rawRequest(running.port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('too many headers get a problem', async () => {
    const answer = await rawRequest(
      running.port,
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(body(answer)).toMatchObject({ status: 431, detail: 'expected smaller request headers' })
  })

  test.each(['http://example.org/healthz', '*', '//healthz', '/healthz#x', '/health\u00e9', '\\\\x'])(
    'the request target %s gets an answer of ours',
    async (target) => {
      const bytes = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1')
      const answer = await rawRequest(running.port, bytes)
      expect(answer).toMatch(/^HTTP\/1\.1 (200|400|404) /)
      expect(body(answer)).toHaveProperty('status')
    },
  )

  test('a request target with half an address is one without a path', async () => {
    const answer = await rawRequest(
      running.port,
      'GET HTTP://[::1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('<title>Rollouts · canary-judge</title>')
  })

  test('Expect is no reason to refuse', async () => {
    const answer = await rawRequest(
      running.port,
      'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })
})
