import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MetricSource } from '../../../../src/judge/ports/ports.ts'
import { toOpenMetrics } from '../../../support/simulated-prometheus/to-open-metrics.ts'
import type { SimulatedSeries } from '../../../support/simulated-prometheus/simulated-series.ts'
import {
  prometheusMissing,
  type PrometheusServer,
  startPrometheus,
} from '../../../support/parts/prometheus.ts'
import { sourceFor } from '../source-case.ts'
import {
  application,
  type Asked,
  canaryPod,
  counter,
  diagnosed,
  found,
  histogram,
  type Labels,
  stablePods,
} from './case.ts'

const missing = prometheusMissing()
const pods = [canaryPod, ...stablePods]
const at = (namespace: string, pod: string): Labels => ({ namespace, pod, job: 'web', instance: `${pod}:80` })
const latency = 'name: p95, kind: latency'

/** Values that go up and down, like a recording rule of a rate. */
function level(name: string, labels: Labels): SimulatedSeries {
  const series = counter(name, labels)
  return { ...series, values: Array.from(series.times, (time) => 5 + Math.sin(time / 70_000)) }
}

function ended(series: SimulatedSeries, minutesAgo: number): SimulatedSeries {
  const kept = Math.max(series.times.length - minutesAgo * 4, 0)
  return {
    ...series,
    times: Array.from(series.times).slice(0, kept),
    values: Array.from(series.values).slice(0, kept),
  }
}

const world = [
  ...application('fine'),
  ...application('fine', (labels) => ({ ...labels, code: '', status: '200' }), {}, 'replies_total'),
  ...application('fine', undefined, {}, 'calls_total'),
  ...application('fine', ({ pod, ...labels }) => ({ ...labels, pod_name: pod ?? '' }), {}, 'faults_total'),
  ...application('elsewhere', undefined, {}, 'mishaps_total'),
  ...pods.map((pod) => level('requests:rate5m', at('fine', pod))),
  ...application('relabelled', ({ code = '', ...labels }) =>
    labels['pod'] === canaryPod ? { ...labels, status: code } : { ...labels, code },
  ),
  ...stablePods.map((pod) => counter('http_requests_total', { ...at('relabelled', pod), code: '500' })),
  ...stablePods.map((pod) => counter('calls_total', { ...at('fine', pod), error_type: '500' })),
  ...stablePods.flatMap((pod) =>
    histogram('http_request_duration_seconds', at('rebucketed', pod), {
      '0.1': 0.5,
      '0.25': 0.97,
      '+Inf': 1,
    }),
  ),
  ...histogram('http_request_duration_seconds', at('rebucketed', canaryPod), {
    '0.2': 0.5,
    '0.4': 0.97,
    '+Inf': 1,
  }),
  ...application('silent').map((series) => ended(series, 12)),
  ...pods.flatMap((pod) =>
    histogram('http_request_duration_seconds', at('fine', pod), { '0.1': 0.5, '0.25': 0.97, '+Inf': 1 }),
  ),
  ...pods.map((pod) => counter('http_request_duration_seconds_count', at('summary', pod))),
  ...pods.map((pod) => level('http_request_duration_seconds', { ...at('summary', pod), quantile: '0.95' })),
  ...pods.map((pod) => counter('quick_seconds_count', at('summary', pod))),
  ...pods.map((pod) => level('quick_seconds', { ...at('summary', pod), quantile: '0.95' })),
  ...pods.map((pod) => level('bare_seconds', { ...at('summary', pod), quantile: '0.95' })),
]

const errorsOf = (total: string, bad: string): string =>
  `name: errors, kind: errors, total: '${total}', bad: '${bad}'`

const cases: Readonly<Record<string, readonly [Asked, readonly RegExp[]]>> = {
  'the label that would hide every failure, as a look does': [
    { namespace: 'fine', metrics: errorsOf('replies_total', 'replies_total{code=~"5.."}') },
    [
      /^error own-matchers: no series of replies_total has the label code, by which the policy tells bad from total, so none would ever be seen: the labels are .*status/,
    ],
  ],
  'the label that would hide the failures of the canary alone': [
    { namespace: 'relabelled', metrics: 'name: errors, kind: errors' },
    [
      /^error own-matchers: no series of http_requests_total of the canary has the label code, by which the policy tells bad from total/,
    ],
  ],
  'that no metric has the name of the failures': [
    { namespace: 'fine', metrics: errorsOf('calls_total', 'call_total') },
    [
      /^warning no-events-yet: no series of bad for either arm yet: none has failed so far, which counts as 0; no metric call_total in the last 30 min; nearest: calls_total/,
    ],
  ],
  'the label of the pods of the failures': [
    { namespace: 'fine', metrics: errorsOf('calls_total', 'faults_total') },
    [
      /^warning other-label: no series of bad for either arm: pods match 2 series with pod_name, none with pod; set labels.pod: pod_name$/,
    ],
  ],
  'nothing wrong with failures that only others had': [
    { namespace: 'fine', metrics: errorsOf('calls_total', 'mishaps_total') },
    [/^note no-events-yet/],
  ],
  'nothing wrong with a label that comes with the first failure': [
    { namespace: 'fine', metrics: errorsOf('calls_total', 'calls_total{error_type="500"}') },
    [/^note no-events-yet: no series of bad for the canary yet/],
  ],
  'nothing wrong with a label of which any value is a failure': [
    { namespace: 'fine', metrics: errorsOf('replies_total', 'replies_total{error_type!=""}') },
    [/^note no-events-yet: no series of bad for either arm yet/],
  ],
  'nothing wrong with failures of a kind that there has not been': [
    { namespace: 'fine', metrics: errorsOf('calls_total', 'mishaps_total{cause="fire"}') },
    [/^note no-events-yet/],
  ],
  'what is no counter': [
    { namespace: 'fine', metrics: errorsOf('requests:rate5m', 'requests:rate5m') },
    [
      /^error not-a-counter: total fell in \d+ of \d+ changes, which no counter does: expected a counter as it is scraped/,
    ],
  ],
  'that scraping has ended': [
    { namespace: 'silent', metrics: 'name: errors, kind: errors' },
    [
      /^note no-events-yet/,
      /^warning gap: no sample of stable in the last [5-9] min: are its pods still scraped\?$/,
    ],
  ],
  'a summary': [
    { namespace: 'summary', metrics: `${latency}, histogram: quick_seconds` },
    [/^error no-histogram: quick_seconds has _count but no _bucket: it is a summary/],
  ],
  'a summary of which nothing else was kept': [
    { namespace: 'summary', metrics: `${latency}, histogram: bare_seconds` },
    [/^error no-histogram: bare_seconds has quantiles but no _bucket: it is a summary/],
  ],
  'a summary, where others have a histogram': [
    { namespace: 'summary', metrics: latency },
    [/^error no-histogram: http_request_duration_seconds has _count but no _bucket: it is a summary/],
  ],
  'buckets of the canary that stable has not': [
    { namespace: 'rebucketed', metrics: latency },
    [
      /^error source-invalid: 1 target has other bucket bounds than stable had, which leaves out web-5c6b8d7f4-x7k2p$/,
    ],
  ],
  'a part of a histogram': [
    { namespace: 'summary', metrics: `${latency}, histogram: http_request_duration_seconds_count` },
    [
      /^error no-histogram: http_request_duration_seconds_count is one part of a histogram or summary: expected the name without _count$/,
    ],
  ],
  'the metric that another namespace has': [
    { namespace: 'silent', metrics: latency },
    [/^error wrong-namespace: no series for either arm: none of 6 series has namespace="silent"/],
  ],
  'that only another namespace has the metric, where the namespace is right': [
    { namespace: 'silent', metrics: `name: errors, kind: errors}\n  - {${latency}` },
    [
      /^note no-events-yet/,
      /^warning gap/,
      /^error unknown-metric: no series for either arm: only elsewhere is there a http_request_duration_seconds \(namespace is "fine", "rebucketed"\), while http_requests_total is here: the workload may not have it, or its scraping drops it$/,
    ],
  ],
  'that the namespace has none of the metrics': [
    { namespace: 'nowhere', metrics: `name: errors, kind: errors}\n  - {${latency}` },
    [/^error wrong-namespace/, /^error wrong-namespace/],
  ],
  'a name under which there are no such pods': [
    { namespace: 'fine', metrics: errorsOf('calls_total', 'mishaps_total'), name: 'wep' },
    [
      /^error no-such-pods: no series for the canary: .*; pods of this revision are there, none of "wep": check the name, or set params.target$/,
      /^error no-such-pods: no series for stable: .*; pods of this revision are there, none of "wep"/,
    ],
  ],
}

describe.skipIf(missing !== undefined)(`diagnose() of kinds of series ${missing ?? ''}`, () => {
  let server: PrometheusServer | undefined
  let source: MetricSource | undefined
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: toOpenMetrics(world) })
    source = sourceFor(server.url)
  }, 60_000)
  afterAll(async () => {
    await source?.close()
    await server?.stop()
  })

  test.each(Object.entries(cases))('diagnose() tells %s', async (_, [asked, expected]) => {
    if (source === undefined) throw new Error('expected a source')
    const diagnosis = await diagnosed(source, asked)
    const lines = found(diagnosis)
    expect(lines).toEqual(expected.map((pattern) => expect.stringMatching(pattern)))
    expect(diagnosis.ok).toBe(!lines.some((line) => line.startsWith('error')))
  })
})
