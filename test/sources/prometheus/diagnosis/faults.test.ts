import { afterEach, expect, test } from 'vitest'
import type { MetricSource } from '../../../../src/judge/ports/ports.ts'
import type { Fault } from '../../../support/simulated-prometheus/fault.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { sourceFor } from '../source-case.ts'
import { type Answer, json, settingsOf, startStub, vector } from '../stub-server.ts'
import { application, type Asked, diagnosed, found, requestOf, until } from './case.ts'
import { startStopwatch } from '../../../support/measures/stopwatch.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function simulated(): Promise<{ readonly server: SimulatedPrometheus; readonly source: MetricSource }> {
  const clock = { now: () => until }
  const server = await startSimulatedPrometheus({ clock, series: application('shop') })
  const source = sourceFor(server.url, { clock })
  closing.push(
    () => source.close(),
    () => server.close(),
  )
  return { server, source }
}

const asked: Asked = { namespace: 'shop', metrics: 'name: errors, kind: errors' }

const faults: readonly (readonly [string, Fault, RegExp])[] = [
  [
    'is down',
    { kind: 'down' },
    /^error source-down: source default: no connection to Prometheus.*check whether it is up/,
  ],
  [
    'answers a login page',
    { kind: 'html' },
    /^error source-invalid: .*got HTML; something else than Prometheus answers, such as a login page/,
  ],
  [
    'wants a login',
    { kind: 'status', status: 401 },
    /^error source-refused: .*401; check its auth and headers$/,
  ],
  [
    'has no such path',
    { kind: 'status', status: 404 },
    /^error source-refused: .*404; check its url and prefix/,
  ],
  [
    'redirects',
    { kind: 'status', status: 302, headers: { location: '/login' } },
    /^error source-refused: .*redirects are not followed; something else/,
  ],
]

test.each(faults)(
  'diagnose() of a server that %s says so once, and what to check',
  async (_, fault, expected) => {
    const { server, source } = await simulated()
    server.setFault(fault)
    const diagnosis = await diagnosed(source, asked)
    expect(found(diagnosis)).toEqual([expect.stringMatching(expected)])
    expect(diagnosis.ok).toBe(false)
    expect(diagnosis.metrics).toMatchObject([{ name: 'errors', queries: [], findings: [] }])
  },
)

test('diagnose() of a port where nobody listens says that its url may be wrong', async () => {
  const { server, source } = await simulated()
  await server.close()
  expect(found(await diagnosed(source, asked))).toEqual([
    expect.stringMatching(/^error source-down: .*\(ECONNREFUSED\); nothing listens there: check its url$/),
  ])
})

test('diagnose() of a silent server ends with its deadline', async () => {
  const { server, source } = await simulated()
  server.setFault({ kind: 'slow', ms: 60_000 })
  const diagnosis = await source.diagnose?.({ ...requestOf(asked), signal: AbortSignal.timeout(100) })
  expect(diagnosis === undefined ? [] : found(diagnosis)).toEqual([
    expect.stringMatching(/^error source-timeout: .*check whether it is reachable from here/),
  ])
})

test('diagnose() waits for the first answer of a server as long as a look waits for all of them', async () => {
  const { server } = await simulated()
  server.setFault({ kind: 'slow', ms: 60_000 })
  const sources = { default: settingsOf(server.url, { timeoutMs: 100 }) }
  const source = sourceFor(server.url, { sources })
  closing.push(() => source.close())
  const watch = startStopwatch()
  expect(found(await diagnosed(source, asked))).toEqual([
    expect.stringMatching(
      /^error source-timeout: source default: Prometheus did not answer within the deadline/,
    ),
  ])
  expect(watch.elapsedMs()).toBeLessThan(10_000)
})

test('diagnose() of the simulated server finds what the real one gives', async () => {
  const { source } = await simulated()
  const diagnosis = await diagnosed(source, asked)
  expect(found(diagnosis)).toEqual([expect.stringMatching(/^note no-events-yet/)])
  expect(diagnosis.metrics[0]?.queries[0]?.arms).toEqual({
    canary: { series: 1, samples: 31 },
    stable: { series: 2, samples: 62 },
  })
})

test('diagnose() says how far the clock of the server is from ours', async () => {
  const ours = { now: () => until }
  const server = await startSimulatedPrometheus({
    clock: { now: () => until - 90_000 },
    series: application('shop'),
  })
  const source = sourceFor(server.url, { clock: ours })
  closing.push(
    () => source.close(),
    () => server.close(),
  )
  expect(found(await diagnosed(source, asked))).toContain(
    'warning clock-skew: source default: its clock is 90 s behind ours',
  )
})

test('diagnose() of a host without any metric says so', async () => {
  const { server, source } = await simulated()
  server.load([])
  expect(found(await diagnosed(source, asked))).toEqual([
    'error unknown-metric: no metric http_requests_total in the last 30 min; the source holds no metric at all',
  ])
})

const stubbed = async (answer: Answer): Promise<MetricSource> => {
  const stub = await startStub(answer)
  const source = sourceFor(stub.url, { sources: { default: settingsOf(stub.url) } })
  closing.push(
    () => source.close(),
    () => stub.stop(),
  )
  return source
}
const now = json(200, vector({ metric: {}, value: [until / 1000, String(until / 1000)] }))
const isTime: (form: URLSearchParams) => boolean = (form) => form.get('query') === 'time()'

test('diagnose() of too much data says how to ask for less', async () => {
  const tooMuch = json(422, {
    status: 'error',
    errorType: 'execution',
    error: 'query processing would load too many samples into memory',
  })
  const source = await stubbed((request, response, index) =>
    (isTime(request.form) ? now : tooMuch)(request, response, index),
  )
  expect(found(await diagnosed(source, asked))).toEqual([
    expect.stringMatching(/^error source-too-large: .*too many samples.*let the selector leave series out/),
  ])
})

test('diagnose() of partial data repeats the warning', async () => {
  const partial = json(200, { ...vector(), warnings: ['a store did not answer'] })
  const source = await stubbed((request, response, index) =>
    (isTime(request.form) ? now : partial)(request, response, index),
  )
  expect(found(await diagnosed(source, asked))).toEqual([
    expect.stringMatching(/^error source-partial: Prometheus gave partial data: a store did not answer$/),
  ])
})

test('diagnose() names missing arms also where the list of series fails', async () => {
  const matrix = json(200, { status: 'success', data: { resultType: 'matrix', result: [] } })
  const source = await stubbed((request, response, index) => {
    const answer = request.path.endsWith('/series') ? json(422, 'no') : isTime(request.form) ? now : matrix
    answer(request, response, index)
  })
  expect(found(await diagnosed(source, asked))).toEqual([
    expect.stringMatching(
      /^error no-canary-series: no series for the canary; the cause was not found: Prometheus answered 422/,
    ),
    expect.stringMatching(/^error no-stable-series: no series for stable; the cause was not found/),
  ])
})

test('diagnose() warns of very many series', async () => {
  const many = Array.from({ length: 10_001 }, (_, i) => ({
    metric: { pod: 'web-5c6b8d7f4-x7k2p', instance: String(i) },
    values: [[until / 1000 - 60, '1']],
  }))
  const matrix = json(200, { status: 'success', data: { resultType: 'matrix', result: many } })
  const list = json(200, { status: 'success', data: [{ __name__: 'http_requests_total', pod: 'x' }] })
  const none = json(200, vector())
  const source = await stubbed((request, response, index) => {
    if (request.path.endsWith('/series')) return list(request, response, index)
    if (isTime(request.form)) return now(request, response, index)
    return (request.path.endsWith('/query_range') ? matrix : none)(request, response, index)
  })
  expect(found(await diagnosed(source, asked))).toContainEqual(
    expect.stringMatching(/^warning too-many-series: 10001 series in one query/),
  )
})

test('diagnose() tells of a selector that cannot be one, and does not reject', async () => {
  const { source } = await simulated()
  const request = requestOf({ ...asked, metrics: "name: errors, kind: errors, total: 'rate(x[5m])', bad: y" })
  const diagnosis = await source.diagnose?.(request)
  expect(diagnosis === undefined ? [] : found(diagnosis)).toEqual([
    expect.stringMatching(/^error cannot-be-asked: metrics.errors.total: expected a selector such as/),
  ])
})

test('diagnose() of what tells no time names it', async () => {
  const stub = await startStub(json(200, vector()))
  const source = sourceFor(stub.url)
  closing.push(
    () => source.close(),
    () => stub.stop(),
  )
  expect(found(await diagnosed(source, asked))[0]).toMatch(
    /^error source-invalid: source default: expected the time of Prometheus, got none; something else than Prometheus answers/,
  )
})

test('diagnose() says that a clock is ahead', async () => {
  const { server } = await simulated()
  const source = sourceFor(server.url, { clock: { now: () => until - 50_000 } })
  closing.push(() => source.close())
  const request = { ...requestOf(asked), until: until - 50_000 }
  const diagnosis = await source.diagnose?.(request)
  expect(diagnosis?.findings.map(({ text }) => text)).toEqual([
    'source default: its clock is 50 s ahead of ours',
  ])
})

test('diagnose() warns of a metric that is not required and has no source', async () => {
  const { source } = await simulated()
  const metrics = 'name: cpu, kind: gauge, query: cpu, source: eu'
  expect(found(await diagnosed(source, { ...asked, metrics }))).toEqual([
    'warning cannot-be-asked: source: expected one of the sources (default), got "eu"',
  ])
})
