import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulatedPrometheus, type SimulatedPrometheus } from './start-simulated-prometheus.ts'
import { toOpenMetrics } from './to-open-metrics.ts'
import { prometheusMissing, startPrometheus, type PrometheusServer } from '../parts/prometheus.ts'
import { ask, differences } from './ask.ts'
import { oddEnd, oddSeries, oddStart } from './odd-series.ts'

const missing = prometheusMissing()

describe.skipIf(missing !== undefined)(`next to the real server ${missing ?? ''}`, () => {
  let real: PrometheusServer
  let simulated: SimulatedPrometheus

  beforeAll(async () => {
    const series = oddSeries()
    real = await startPrometheus({ openMetrics: toOpenMetrics(series) })
    simulated = await startSimulatedPrometheus({ clock: { now: () => oddEnd }, series })
  })
  afterAll(async () => {
    await Promise.all([real.stop(), simulated.close()])
  })

  const compare = async (
    path: string,
    params: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> => {
    const [expected, got] = await Promise.all([ask(real.url, path, params), ask(simulated.url, path, params)])
    return differences(expected, got)
  }

  test('query_range gives what the real one gives, for any query', async () => {
    await fc.assert(
      fc.asyncProperty(queries, ranges, async (query, range) => {
        expect(await compare('/api/v1/query_range', { query, ...range })).toEqual([])
      }),
      {
        numRuns: 300,
        // -0 alone in a range sums up to 0
        examples: [
          [
            '-sum(sum_over_time(temperature[30s])) / 2',
            { start: '1767606800', end: '1767607295', step: '15' },
          ],
        ],
      },
    )
  })

  test('query gives what the real one gives, for any query and moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(queries, matrices), moments, async (query, time) => {
        expect(await compare('/api/v1/query', { query, time })).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    [
      '/api/v1/series',
      { 'match[]': 'hits_total{code="500"}', start: '2026-01-05T10:00:00Z', end: '2026-01-05T10:40:00Z' },
    ],
    ['/api/v1/series', { 'match[]': '{__name__=~".+",pod!~"web-1|db.0"}', start: '0', end: '1900000000' }],
    ['/api/v1/series', {}],
    ['/api/v1/series', { 'match[]': 'hits_total[5m]' }],
    ['/api/v1/labels', {}],
    ['/api/v1/labels', { 'match[]': 'tiny' }],
    ['/api/v1/label/pod/values', {}],
    ['/api/v1/label/zone/values', {}],
    ['/api/v1/label/code/values', { 'match[]': 'hits_total{pod="db.0"}' }],
    ['/api/v1/label/__name__/values', {}],
  ])('%s with %j lists what the real one lists', async (path, params) => {
    expect(await compare(path, params)).toEqual([])
  })

  test.each([
    'topk(1, count_over_time({__name__=~".+",pod=~"web-1|db.0"}[40m]))',
    'topk(2, sum by (job, pod) (last_over_time(hits_total[1h])))',
    'topk(100, count_over_time(temperature[1h])) / 2',
    'topk(1, temperature)',
    'topk(0, hits_total)',
    'topk(1, nothing)',
  ])('%s gives what the real one gives', async (query) => {
    expect(await compare('/api/v1/query', { query, time: String(oddEnd / 1000) })).toEqual([])
    const range = { start: String(oddStart / 1000 + 67), end: String(oddEnd / 1000), step: '60' }
    expect(await compare('/api/v1/query_range', { query, ...range })).toEqual([])
  })

  test.each([
    ['/api/v1/query', { query: 'topk(1)' }],
    ['/api/v1/query', { query: 'topk(1, 2)' }],
    ['/api/v1/query', { query: 'sum(' }],
    ['/api/v1/query', { query: '' }],
    ['/api/v1/query', { query: '{pod=~".*"}' }],
    ['/api/v1/query', { query: 'hits_total{pod=~"("}' }],
    ['/api/v1/query', { query: 'hits_total{pod=~"(?!a)"}' }],
    ['/api/v1/query', { query: 'hits_total{pod="\\q"}' }],
    ['/api/v1/query', { query: 'hits_total{__name__="x"}' }],
    ['/api/v1/query', { query: 'rate(hits_total)' }],
    ['/api/v1/query', { query: 'rate(hits_total[5m], 2)' }],
    ['/api/v1/query', { query: 'time(1)' }],
    ['/api/v1/query', { query: 'timestamp(5)' }],
    ['/api/v1/query', { query: 'sum by (pod) (hits_total[5m])' }],
    ['/api/v1/query', { query: 'sum(1)' }],
    ['/api/v1/query', { query: 'hits_total[5m] * 2' }],
    ['/api/v1/query', { query: 'hits_total[0s]' }],
    ['/api/v1/query', { query: '-hits_total[5m]' }],
    ['/api/v1/query', { query: '(hits_total) offset 5m' }],
    ['/api/v1/query', { query: '1 + (hits_total) offset 5m' }],
    ['/api/v1/query', { query: '(hits_total + 1)[5m]' }],
    ['/api/v1/query', { query: '(hits_total + 1) offset 5m' }],
    ['/api/v1/query', { query: 'hits_total offset 5m offset 5m' }],
    ['/api/v1/query', { query: 'rate({__name__=~".+",pod="web-1",code!="500"}[30m])', time: '1767608400' }],
    ['/api/v1/query', { query: '{__name__=~".+",pod="web-1",code!="500"} * 2', time: '1767607300' }],
    ['/api/v1/query', { query: 'hits_total', time: 'yesterday' }],
    ['/api/v1/query_range', { query: 'hits_total[5m]', start: '0', end: '60', step: '60' }],
    ['/api/v1/query_range', { query: 'hits_total', start: '60', end: '0', step: '60' }],
    ['/api/v1/query_range', { query: 'hits_total', start: '0', end: '60', step: '0' }],
    ['/api/v1/query_range', { query: 'hits_total', start: '0', end: '60', step: 'x' }],
    ['/api/v1/query_range', { query: 'hits_total', start: '0', end: '60' }],
    ['/api/v1/query_range', { query: 'hits_total', end: '60', step: '1' }],
    ['/api/v1/query_range', { query: 'hits_total', start: '0', end: '11000', step: '1' }],
    ['/api/v1/query_range', { query: 'hits_total', start: '0', end: '11001', step: '1' }],
  ])('%s with %j is refused, or not, as by the real one', async (path, params) => {
    const [expected, got] = await Promise.all([ask(real.url, path, params), ask(simulated.url, path, params)])
    expect([got.status, got.errorType]).toEqual([expected.status, expected.errorType])
  })
})

const labelSets = fc.constantFrom(
  '',
  'pod',
  'pod, code',
  'job',
  'zone, unit, pod',
  '__name__',
  'nothing',
  '__name__, job',
)
const durations = fc.constantFrom('30s', '1m', '90s', '5m', '1h30m')
const offsets = fc.constantFrom('', '', ' offset 1m', ' offset -2m', ' offset 7m30s')
const numbers = fc.constantFrom('2', '-1.5', '0', '1e3', 'Inf', 'NaN', '0x1F', 'time()', '(1 + 2)')
const matchers = fc
  .array(
    fc.constantFrom(
      'pod="web-1"',
      `pod!='web-1'`,
      'pod=~`web-.`',
      'pod=~"web-[0-9]|db\\\\.0"',
      'pod!~"web.*"',
      'pod=~"line.break"',
      'pod="line\\nbreak"',
      'pod=~"(?i)WEB-\\\\d"',
      'code=~"5.."',
      'code!=""',
      'zone=""',
      'unit=~".+"',
      'absent=~""',
      'unit=~"μ[\\\\s\\\\\\\\\\"]+"',
    ),
    { maxLength: 2 },
  )
  .map((texts) => (texts.length === 0 ? '' : `{${texts.join(',')}}`))
const names = fc.constantFrom('hits_total', 'hits_total', 'temperature', 'tiny', 'nothing')
const selectors = fc.tuple(names, matchers).map(([name, inside]) => name + inside)
const matrices = fc
  .tuple(selectors, durations, offsets)
  .map(([selector, range, offset]) => `${selector}[${range}]${offset}`)
const vectors = fc.oneof(
  fc.tuple(selectors, offsets).map(([selector, offset]) => selector + offset),
  fc.tuple(selectors, offsets).map(([selector, offset]) => `timestamp(${selector}${offset})`),
  fc
    .tuple(
      fc.constantFrom(
        'rate',
        'increase',
        'count_over_time',
        'sum_over_time',
        'max_over_time',
        'min_over_time',
        'last_over_time',
      ),
      matrices,
    )
    .map(([name, matrix]) => `${name}(${matrix})`),
)
const aggregates = fc
  .tuple(fc.constantFrom('sum', 'count', 'max', 'min'), labelSets, vectors)
  .map(([name, labels, vector]) =>
    labels === '' ? `${name}(${vector})` : `${name} by (${labels}) (${vector})`,
  )
const queries = fc.oneof(
  vectors,
  aggregates,
  numbers,
  fc
    .tuple(fc.oneof(vectors, aggregates), fc.constantFrom('+', '-', '*', '/'), numbers, fc.boolean())
    .map(([left, sign, right, swapped]) =>
      swapped ? `${right} ${sign} ${left}` : `-${left} ${sign} ${right}`,
    ),
)
const seconds = fc.integer({ min: oddStart / 1000 - 400, max: oddEnd / 1000 })
const moments = fc.oneof(
  seconds.map(String),
  seconds.map((at) => `${at}.25`),
)
const ranges = fc
  .tuple(seconds, fc.integer({ min: 0, max: 2400 }), fc.constantFrom('15', '60', '37.5', '5m'))
  .map(([start, length, step]) => ({
    start: String(start),
    end: String(Math.min(start + length, oddEnd / 1000)),
    step,
  }))
