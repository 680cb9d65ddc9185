import { type IncomingMessage, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { argoAnswerSchema } from '../../../src/callers/argo/response.ts'
import { argoRoutes } from '../../../src/callers/argo/route.ts'
import type { RouteGroup } from '../../../src/http/route.ts'
import type { JudgeRequest } from '../../../src/judge/model/judge-request.ts'
import type { Judgement } from '../../../src/judge/model/judgement.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'
import { aJudgement } from './judgements.ts'

const metrics = createMetrics('test')
const asked: JudgeRequest[] = []
let answer: () => Judgement
let running: RunningApp

beforeAll(async () => {
  const judge = async (request: JudgeRequest) => {
    asked.push(request)
    return answer()
  }
  running = await runApp({
    env: {
      CANARY_JUDGE_TOKENS: 'argo:judge:argo-token-0123456789,reader:read:reader-token-0123456789',
    },
    overrides: { groups: [atScripted(argoRoutes({ judge: { judge }, metrics }))] },
    change: (config) => ({
      ...config,
      tokens: config.tokens.map((token) => ({ ...token, namespaces: ['shop'] })),
    }),
  })
})
afterAll(() => running.app.stop())
beforeEach(() => {
  asked.length = 0
  answer = () => aJudgement()
})

/** A second Argo route beside the real one, with scripted verdicts. */
const path = '/scripted/v1/argo'
const atScripted = (group: RouteGroup): RouteGroup => ({
  ...group,
  routes: group.routes.map((route) => ({ ...route, path })),
})

const base = { namespace: 'shop', name: 'web', canaryHash: '6d5f', stableHash: '7c9b' }

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
}

/** Sends a request as Argo's client does, and gives the headers of the answer exactly as they were sent. */
async function send(body: object | string, { method = 'POST', headers = {}, path: to = path }: Sent = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const outgoing = httpRequest(
    {
      port: running.port,
      host: '127.0.0.1',
      path: to,
      method,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Go-http-client/1.1',
        Authorization: 'Bearer argo-token-0123456789',
        ...headers,
      },
    },
    resolve,
  )
  outgoing.on('error', reject)
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
  const incoming = await promise
  return { status: incoming.statusCode, headers: incoming.headers, text: await text(incoming) }
}

describe('POST /v1/argo answers what was judged', () => {
  test('with the verdict and [score, verdict, summary]', async () => {
    answer = () => aJudgement({ judged: 'pass', verdict: 'pass', score: 97.349, summary: 'pass: all alike' })
    const response = await send(base)
    expect(response.status).toBe(200)
    expect(JSON.parse(response.text)).toEqual({
      ...aJudgement({ judged: 'pass', verdict: 'pass', score: 97.349, summary: 'pass: all alike' }),
      argo: [97.3, 'pass', 'pass: all alike'],
    })
    expect(asked).toEqual([
      { caller: 'argo', namespace: 'shop', name: 'web', revision: '6d5f', stableRevision: '7c9b' },
    ])
  })

  test.each(['pass', 'fail', 'inconclusive'] as const)(
    'with 200, JSON and a Content-Length when it is %s',
    async (verdict) => {
      answer = () => aJudgement({ verdict, judged: verdict })
      const { status, headers, text: body } = await send(base)
      expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
      expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
      expect(headers).not.toHaveProperty('transfer-encoding')
      expect(headers).not.toHaveProperty('location')
      const { argo } = argoAnswerSchema.parse(JSON.parse(body))
      expect(argo[1]).toBe(verdict)
    },
  )

  test.each(['text/html', 'text/plain', 'application/xml', 'nothing/at-all'])(
    'in JSON also when the request accepts only %s',
    async (accept) => {
      const { status, headers } = await send(base, { headers: { Accept: accept } })
      expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    },
  )

  test('never with null or NaN, whatever the numbers are', async () => {
    const metric = {
      name: 'errors',
      kind: 'errors',
      judged: 'inconclusive',
      required: true,
      canary: { value: NaN },
      stable: {},
      ratio: { estimate: Infinity, low: 0, high: Infinity },
      evidence: 1,
      tolerance: 1,
      reasons: [],
    } as const
    answer = () => aJudgement({ score: NaN, metrics: [metric] })
    const { status, text: body } = await send(base)
    expect(status).toBe(200)
    expect(body).not.toMatch(/null|NaN|Infinity/)
    expect(JSON.parse(body)).toMatchObject({ argo: [50, 'inconclusive', expect.any(String)] })
  })

  test('without < > & in what Argo stores', async () => {
    answer = () => aJudgement({ summary: 'fail: rejected by <ann> & Bo:\n p99 > 1 s' })
    const { text: body } = await send(base)
    const { argo } = argoAnswerSchema.parse(JSON.parse(body))
    expect(argo[2]).toBe('fail: rejected by ann Bo: p99 1 s')
  })

  test('and the same again for the same call', async () => {
    const [first, second] = [await send(base), await send(base)]
    expect(second.text).toBe(first.text)
    expect(asked[1]).toEqual(asked[0])
  })

  test('and counts the verdict', async () => {
    metrics.verdicts.reset()
    await send(base)
    const { values } = await metrics.verdicts.get()
    const labels = { caller: 'argo', verdict: 'inconclusive', judged: 'inconclusive' }
    expect(values).toEqual([{ labels, value: 1 }])
  })
})

describe('POST /v1/argo refuses what can never work, outside 2xx and 3xx', () => {
  const problem = (response: { readonly status?: number | undefined; readonly text: string }): unknown => ({
    sent: response.status,
    ...JSON.parse(response.text),
  })

  test.each(['canaryHash', 'stableHash'])('422 naming %s when it is empty', async (field) => {
    expect(problem(await send({ ...base, [field]: '' }))).toMatchObject({
      sent: 422,
      code: 'unprocessable',
      issues: [{ path: field, message: 'expected a pod template hash, got ""' }],
    })
    expect(asked).toEqual([])
  })

  test('422 naming stableHash when both are equal', async () => {
    expect(problem(await send({ ...base, stableHash: '6d5f' }))).toMatchObject({
      sent: 422,
      issues: [{ path: 'stableHash' }],
    })
  })

  test('400 naming the nearest field for an unknown one', async () => {
    expect(problem(await send({ ...base, nex: '5' }))).toMatchObject({
      sent: 400,
      issues: [{ path: 'nex', message: 'unknown key "nex", did you mean next?' }],
    })
  })

  test('422 for an unknown policy, as the judge says', async () => {
    answer = () => {
      throw new AppError('unknown-policy', 'expected one of strict, web; got "wbe"')
    }
    expect(problem(await send({ ...base, policy: 'wbe' }))).toMatchObject({
      sent: 422,
      detail: 'expected one of strict, web; got "wbe"',
    })
  })

  test('400 for a body that is no JSON, and for none', async () => {
    expect(problem(await send('{"name": '))).toMatchObject({ sent: 400, code: 'bad-json' })
    expect(problem(await send(''))).toMatchObject({ sent: 400, code: 'bad-json' })
  })

  test('401 without a token, 403 for another role or namespace', async () => {
    expect(problem(await send(base, { headers: { Authorization: 'Bearer wrong' } }))).toMatchObject({
      sent: 401,
    })
    const reader = { Authorization: 'Bearer reader-token-0123456789' }
    expect(problem(await send(base, { headers: reader }))).toMatchObject({ sent: 403 })
    expect(problem(await send({ ...base, namespace: 'bank' }))).toMatchObject({
      sent: 403,
      detail: 'expected a namespace of this token (shop), got "bank"',
    })
    expect(asked).toEqual([])
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('405 for %s', async (method) => {
    const response = await send(base, { method })
    expect(problem(response)).toMatchObject({ sent: 405 })
    expect(response.headers.allow).toBe('POST, OPTIONS')
  })

  test('405 for HEAD', async () => {
    expect((await send('', { method: 'HEAD' })).status).toBe(405)
  })

  test('without a redirect for a slash at the end of the path, which would turn the POST into a GET', async () => {
    expect((await send(base, { path: `${path}/` })).status).toBe(200)
    expect((await send(base, { path: `/${path}` })).status).toBe(404)
  })

  test('never 429, however often it is called and with however many wrong tokens', async () => {
    const wrong = { Authorization: 'Bearer wrong' }
    const calls = Array.from({ length: 100 }, (_, i) => (i % 2 ? send(base) : send(base, { headers: wrong })))
    const statuses = new Set((await Promise.all(calls)).map(({ status }) => status))
    expect(statuses).toEqual(new Set([200, 401]))
  })

  test('500 without a word of the cause when it is our own defect', async () => {
    answer = () => {
      throw new TypeError('secret detail')
    }
    const response = await send(base)
    expect(problem(response)).toMatchObject({ sent: 500, detail: 'Internal error' })
    expect(response.text).not.toContain('secret')
  })
})
