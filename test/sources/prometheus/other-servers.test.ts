import { afterEach, describe, expect, test } from 'vitest'
import { createSecret } from '../../../src/app/config/secret.ts'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { createSourceSet } from '../../../src/sources/source-set.ts'
import { startSimulatedPrometheus } from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'
import { boundsOf, policyOf, requestOf, rowsByPod, runOf, silent, timeOfSlice } from './source-case.ts'
import { type Answer, json, settingsOf, startStub, type StubRequest, vector } from './stub-server.ts'

const { identity, series, expected } = createWorld({
  recording: simulateRollout({
    seed: 'others',
    history: 90,
    plan: [
      { weight: 20, minutes: 10, pods: 1 },
      { weight: 50, minutes: 10, pods: 2 },
    ],
    stablePods: 3,
    traffic: { rps: 20, podSd: 0.2 },
  }),
  convention: 'application',
  controller: 'argo',
})
const policy = policyOf(
  'pods',
  '  - {name: errors, kind: errors}\n  - {name: latency, kind: latency, limit: 500ms}\n',
  'history: 90m',
)
/** Late enough also for a server that is half a minute behind. */
const now = timeOfSlice(expected, expected.slices) + 50_000
const clock = { now: () => now }
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

interface Server {
  readonly prefix?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly simulated?: { readonly lookbackMs?: number; readonly latencyMs?: number }
  /** An answer in place of the data; undefined = the data. */
  readonly refuse?: (request: StubRequest) => Answer | undefined
  readonly change?: (body: string) => string
}

/** A proxy in front of the data, with the paths, tenants and limits of another server. */
async function urlOf({ prefix = '', headers = {}, simulated = {}, ...rest }: Server): Promise<string> {
  const { refuse, change = (body) => body } = rest
  const data = await startSimulatedPrometheus({ clock, series, ...simulated })
  const front = await startStub((request, response, index) => {
    const answer = async (): Promise<Answer> => {
      if (!request.path.startsWith(`${prefix}/api/v1/`)) return json(404, 'no such path')
      if (Object.entries(headers).some(([name, value]) => request.headers[name] !== value)) {
        return (_, res) => res.writeHead(401).end('no org id\n')
      }
      const refusal = refuse?.(request)
      if (refusal !== undefined) return refusal
      const path = request.path.slice(prefix.length)
      const got = await fetch(`${data.url}${path}`, { method: 'POST', body: request.form })
      return json(got.status, change(await got.text()))
    }
    answer().then(
      (send) => send(request, response, index),
      () => response.destroy(),
    )
  })
  closing.push(
    () => data.close(),
    () => front.stop(),
  )
  return `${front.url}${prefix}`
}

async function fetched(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Recording> {
  const secret = Object.entries(headers).map(([name, value]) => [name, createSecret(value)])
  const settings = settingsOf(url, { timeoutMs: 5000, headers: Object.fromEntries(secret) })
  const source = createSourceSet({ sources: { default: settings }, clock, log: silent })
  closing.push(() => source.close())
  const run = runOf(identity, timeOfSlice(expected, expected.rolloutStart))
  return source.fetch(requestOf(policy, run, now))
}

function expectAll(got: Recording): void {
  expect(got.problems).toEqual([])
  expect([got.start, got.slices]).toEqual([new Date(expected.start).toISOString(), expected.slices])
  const bounds = boundsOf(got, 'latency')
  for (const metric of ['errors', 'latency']) {
    expect(rowsByPod(got, metric)).toEqual(rowsByPod(expected, metric, bounds))
  }
}

const problems = (got: Recording): readonly string[] => [
  ...new Set((got.problems ?? []).map(({ code, text }) => `${code}: ${text.replace(/^\w+: /, '')}`)),
]

const error = (errorType: string, text: string): object => ({ status: 'error', errorType, error: text })

describe('fetch() from Mimir', () => {
  const tenant = { 'x-scope-orgid': 'shop' }
  const mimir: Server = { prefix: '/prometheus', headers: tenant }

  test('fetch() from Mimir gives all, under its prefix and for its tenant', async () => {
    expectAll(await fetched(await urlOf(mimir), { 'X-Scope-OrgID': 'shop' }))
  })

  test('fetch() from Mimir without a tenant says that it was refused', async () => {
    expect(problems(await fetched(await urlOf(mimir)))).toEqual(['source-refused: Prometheus answered 401'])
  })

  test('fetch() from Mimir asks for less at a time where a limit of the tenant demands it', async () => {
    const text =
      'the query time range exceeds the limit (query length: 1h50m0s, limit: 1h0m0s) (err-mimir-max-query-length)'
    const refuse = ({ form }: StubRequest): Answer | undefined =>
      Number(form.get('end')) - Number(form.get('start')) > 3600
        ? json(422, error('execution', text))
        : undefined
    expectAll(await fetched(await urlOf({ ...mimir, refuse }), { 'X-Scope-OrgID': 'shop' }))
  })

  test.each([
    'the query exceeded the maximum number of chunks (limit: 2 chunks) (err-mimir-max-chunks-per-query)',
    'the query exceeded the maximum number of series (limit: 1 series) (err-mimir-max-series-per-query)',
  ])('fetch() from Mimir that says "%s" is too large', async (text) => {
    const refuse = ({ path }: StubRequest): Answer | undefined =>
      path.includes('query_range') ? json(422, error('execution', text)) : undefined
    const got = await fetched(await urlOf({ refuse }))
    expect(problems(got)).toEqual([`source-too-large: Prometheus answered 422: ${text}`])
  })
})

describe('fetch() from VictoriaMetrics', () => {
  const victoria: Server = {
    prefix: '/select/0/prometheus',
    simulated: { latencyMs: 30_000, lookbackMs: 60_000 },
  }

  test('fetch() from VictoriaMetrics gives all, half a minute later, and finds no fault with its clock', async () => {
    expectAll(await fetched(await urlOf(victoria)))
  })

  test('fetch() from VictoriaMetrics takes what it marks as partial for partial', async () => {
    const change = (body: string): string =>
      body.replace('{"status":"success",', '{"status":"success","isPartial":true,')
    expect(problems(await fetched(await urlOf({ ...victoria, change })))).toEqual([
      'source-partial: Prometheus gave partial data: some of its storage nodes did not answer',
    ])
  })

  test('fetch() from VictoriaMetrics takes what it marks as whole for whole', async () => {
    const change = (body: string): string =>
      body.replace('{"status":"success",', '{"status":"success","isPartial":false,')
    expectAll(await fetched(await urlOf({ ...victoria, change })))
  })

  test.each([
    ['cannot select more than -search.maxSamplesPerQuery=1000 samples', 'source-too-large'],
    ['the number of matching timeseries exceeds 300000', 'source-too-large'],
    ['not enough memory for processing 1000000 data points', 'source-too-large'],
    ['timeout exceeded while fetching data block #7 from storage: 30.000 seconds', 'source-timeout'],
  ])('fetch() from VictoriaMetrics that says "%s" is %s', async (text, code) => {
    const got = await fetched(await urlOf({ refuse: () => json(422, error('422', text)) }))
    expect(problems(got)).toEqual([`${code}: Prometheus answered 422: ${text}`])
  })
})

describe('fetch() from Thanos', () => {
  test('fetch() from Thanos takes the warning of a store that is away for partial data', async () => {
    const warning = 'No StoreAPIs matched for this query'
    const change = (body: string): string => `${body.slice(0, -1)},"warnings":["${warning}"]}`
    expect(problems(await fetched(await urlOf({ change })))).toEqual([
      `source-partial: Prometheus gave partial data: ${warning}`,
    ])
  })

  test.each([
    [422, 'expanding series: proxy Series(): rpc error: context deadline exceeded', 'source-timeout'],
    [
      503,
      'expanding series: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'source-timeout',
    ],
    [422, 'exceeded series limit: failed to send series', 'source-too-large'],
  ])('fetch() from Thanos that answers %i, %s is %s', async (status, text, code) => {
    const got = await fetched(await urlOf({ refuse: () => json(status, error('execution', text)) }))
    expect(problems(got)).toEqual([`${code}: Prometheus answered ${status}: ${text}`])
  })

  test('fetch() of an empty answer names what is missing, and does not reject', async () => {
    const got = await fetched(await urlOf({ refuse: () => json(200, vector()) }))
    expect(problems(got).join()).toContain('no series')
  })
})
