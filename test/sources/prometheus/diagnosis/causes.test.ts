import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MetricSource } from '../../../../src/judge/ports/ports.ts'
import { toOpenMetrics } from '../../../support/simulated-prometheus/to-open-metrics.ts'
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
const renamed =
  (names: Readonly<Record<string, string>>) =>
  (labels: Labels): Labels =>
    Object.fromEntries(Object.entries(labels).map(([name, value]) => [names[name] ?? name, value]))

const without =
  (name: string) =>
  (labels: Labels): Labels =>
    Object.fromEntries(Object.entries(labels).filter(([label]) => label !== name))

const at = (namespace: string, pod: string): Labels => ({ namespace, pod, job: 'web', instance: `${pod}:80` })
const buckets = (
  namespace: string,
  shares: Readonly<Record<string, number>>,
  name = 'http_request_duration_seconds',
) => [canaryPod, ...stablePods].flatMap((pod) => histogram(name, at(namespace, pod), shares))

const world = [
  ...application('fine'),
  counter('http_requests_total', { ...at('fine', stablePods[0]), code: '500' }, { perSecond: 0.1 }),
  counter('http_requests_total', { ...at('fine', canaryPod), code: '500' }, { perSecond: 0.1 }),
  ...application('no-failures'),
  ...application('shop', renamed({ namespace: 'exported_namespace' }), {}, 'orders_total'),
  ...application('shop', renamed({ namespace: 'kubernetes_namespace' }), {}, 'carts_total'),
  ...application('elsewhere', undefined, {}, 'visits_total'),
  ...application('shop', without('namespace'), {}, 'nowhere_total'),
  ...application('pod-name', renamed({ pod: 'kubernetes_pod_name' })),
  ...application('no-pod', without('pod')),
  ...application('old').slice(1),
  ...application('versions', (labels) => ({ ...labels, app: 'web', version: 'v1' })),
  ...application('flagger', (labels) => ({
    ...labels,
    pod: (labels['pod'] ?? '').replace('web-7d9f4b5c6', 'web-primary-7d9f4b5c6'),
  })),
  ...application('young', undefined, { minutes: 40 }),
  ...application('slow', undefined, { everySeconds: 45 }),
  ...application('slower', undefined, { everySeconds: 120 }),
  ...application('twice'),
  ...application('twice', (labels) => ({ ...labels, job: 'web-again' })),
  ...['a', 'b'].flatMap((prometheus_replica) =>
    application('replicas', (labels) => ({ ...labels, prometheus_replica, replica_set: 'web' })),
  ),
  ...buckets('good', { '0.1': 0.5, '0.25': 0.97, '0.5': 0.99, '1': 1, '+Inf': 1 }),
  ...[canaryPod, ...stablePods].flatMap((pod) =>
    ['0.1', '1', '+Inf'].map((le) =>
      counter('http_request_duration_seconds_bucket', { ...at('few', pod), le }, { perSecond: 0.001 }),
    ),
  ),
  ...buckets('coarse', { '0.1': 0.5, '1': 0.99, '+Inf': 1 }),
  ...buckets('lowest', { '1': 0.99, '2': 1, '+Inf': 1 }),
  ...buckets('low', { '0.1': 0.5, '0.2': 0.7, '+Inf': 1 }),
  ...buckets('millis', { '100': 0.5, '250': 0.97, '500': 1, '+Inf': 1 }),
  ...buckets('no-inf', { '0.1': 0.5, '0.2': 0.7 }, 'open_seconds'),
  ...[canaryPod, ...stablePods].map((pod) => counter('flat_seconds_bucket', at('no-le', pod))),
  ...[canaryPod, ...stablePods].map((pod) => counter('quick_seconds_count', at('summary', pod))),
  ...['', 'shop-web-canary-80'].map((label) =>
    counter('nginx_ingress_controller_requests', {
      namespace: 'edge',
      ingress: 'web-ingress',
      status: '200',
      canary: label,
      instance: `n-${label}`,
    }),
  ),
  ...[canaryPod, ...stablePods].map((pod) => counter('container_memory', at('fine', pod))),
]

const errors = 'name: errors, kind: errors'
const latency = 'name: p95, kind: latency'
const totalOf = (metric: string): string => `${errors}, total: ${metric}, bad: '${metric}{code=~"5.."}'`
const quick = 'history: 10m\nslice: 60s'

/** The question, and a pattern for each line of the expected findings. */
const cases: Readonly<Record<string, readonly [Asked, readonly RegExp[]]>> = {
  'nothing at a healthy workload': [{ namespace: 'fine', metrics: errors }, []],
  'that none has failed yet': [
    { namespace: 'no-failures', metrics: errors },
    [/^note no-events-yet: no series of bad for either arm yet: none has failed so far, which counts as 0$/],
  ],
  'the nearest names of a metric that there is not': [
    { namespace: 'fine', metrics: totalOf('http_request_total') },
    [/^error unknown-metric: no metric http_request_total in the last 30 min; nearest: http_requests_total/],
  ],
  'that no name is like it': [
    { namespace: 'fine', metrics: totalOf('zzz') },
    [/^error unknown-metric: no metric zzz .*; none of its \d+ metrics has a name like it$/],
  ],
  'the policy’s own matcher that fits nothing': [
    {
      namespace: 'fine',
      metrics: `${errors}, total: 'http_requests_total{code="9xx"}', bad: 'http_requests_total{code="5xx"}'`,
    },
    [
      /^error own-matchers: \d+ series of http_requests_total, none with the policy's own \{code="9xx"\}: code is "2xx", "500"$/,
    ],
  ],
  'the policy’s own matcher of a histogram, and a label that it has not': [
    {
      namespace: 'good',
      metrics: `name: p95, kind: latency, histogram: 'http_request_duration_seconds{route="/",zone=~"a|b"}'`,
    },
    [
      /^error own-matchers: \d+ series of http_request_duration_seconds_bucket, none with the policy's own \{route="\/",zone=~"a\|b"\}: no series has a label route; no series has a label zone$/,
    ],
  ],
  'a matcher at a metric that is not there': [
    { namespace: 'fine', metrics: `${errors}, total: 'nothing_of_the_kind{code="2xx"}'` },
    [/^error unknown-metric: /],
  ],
  'too few requests to say where the quantile lies': [
    { namespace: 'few', metrics: 'name: p95, kind: latency' },
    [],
  ],
  'the series of two servers that nobody merged': [
    { namespace: 'replicas', metrics: errors },
    [
      /^warning duplicate-target: the same series are there for prometheus_replica "a", "b", and each counts: .*--query.replica-label prometheus_replica\), or add prometheus_replica="a" to the selectors$/,
      /^note no-events-yet/,
    ],
  ],
  exported_namespace: [
    { namespace: 'shop', metrics: totalOf('orders_total') },
    [
      /^error wrong-namespace: no series for either arm: 3 series have exported_namespace="shop", none has namespace="shop"; set labels.namespace: exported_namespace$/,
    ],
  ],
  kubernetes_namespace: [
    { namespace: 'shop', metrics: totalOf('carts_total') },
    [/^error wrong-namespace: .*set labels.namespace: kubernetes_namespace$/],
  ],
  'the namespaces that there are': [
    { namespace: 'shop', metrics: totalOf('visits_total') },
    [
      /^error wrong-namespace: no series for either arm: none of 3 series has namespace="shop": namespace is "elsewhere"; check the namespace, or set labels.namespace$/,
    ],
  ],
  'that nothing has a namespace': [
    { namespace: 'shop', metrics: totalOf('nowhere_total') },
    [
      /^error other-label: .*no series has a label namespace, its labels are .*instance.*; set labels.namespace to the right one$/,
    ],
  ],
  'the label of the pods': [
    { namespace: 'pod-name', metrics: errors },
    [
      /^error other-label: no series for the canary: pods match 1 series with kubernetes_pod_name, none with pod; set labels.pod: kubernetes_pod_name$/,
      /^error other-label: no series for stable: pods match 2 series with kubernetes_pod_name, none with pod; set labels.pod: kubernetes_pod_name$/,
    ],
  ],
  'that nothing has a pod': [
    { namespace: 'no-pod', metrics: errors },
    [/^error other-label: no series for either arm: no series has a label pod, its labels are/],
  ],
  'the pods seen when none is of the canary': [
    { namespace: 'old', metrics: errors },
    [
      /^error no-such-pods: no series for the canary: of the values of pod none is of the canary's revision "5c6b8d7f4": "web-7d9f4b5c6-bcdfg", "web-7d9f4b5c6-hjklm"$/,
      /^note no-events-yet/,
    ],
  ],
  'the pods seen when none is of stable': [
    { namespace: 'fine', metrics: errors, stableRevision: '2222' },
    [
      /^error no-such-pods: no series for stable: of the values of pod none is of the stable's revision "2222": "web-5c6b8d7f4-x7k2p", /,
      /^note no-events-yet: no series of bad for stable yet/,
    ],
  ],
  'Flagger’s pods behind an Argo request': [
    { namespace: 'flagger', metrics: errors },
    [
      /no series for stable: .*; web-primary is how Flagger names the stable workload: leave the stable revision out, or set params.controller to flagger$/,
      /^note/,
    ],
  ],
  'Argo’s pods behind a Flagger request': [
    { namespace: 'old', metrics: errors, stableRevision: null },
    [
      /no series for stable: .* none is of the stable of web-primary: .*; Flagger names it web-primary: set params.target to the name of the Deployment/,
      /^note/,
    ],
  ],
  'history that is shorter than asked': [
    { namespace: 'young', metrics: errors, more: 'history: 2h' },
    [
      /^note no-events-yet/,
      /^warning short-history: the policy asks for 2 h of history, stable has (38|39|40) min/,
    ],
  ],
  'scraping that is coarser than half the slice': [
    { namespace: 'slow', metrics: errors, more: quick },
    [
      /^note/,
      /^warning coarse-scrape: scraped every 45 s, the slice is 60 s: set a slice of at least 90 s, or auto$/,
    ],
  ],
  'scraping that is coarser than the slice': [
    { namespace: 'slower', metrics: errors, more: quick },
    [
      /^note/,
      /^error coarse-scrape: scraped every 120 s, the slice is 60 s: set a slice of at least 120 s, or auto$/,
    ],
  ],
  'what slow scraping makes of slice: auto': [
    { namespace: 'slower', metrics: errors },
    [
      /^note no-events/,
      /^note coarse-scrape: scraped every 120 s, so a slice is 240 s and verdicts come later$/,
    ],
  ],
  'targets that are scraped twice': [
    { namespace: 'twice', metrics: errors },
    [/^note/, /^warning duplicate-target: scraped twice, counted once: web-5c6b8d7f4-x7k2p, /],
  ],
  'that both revisions are the same': [
    { namespace: 'fine', metrics: errors, stableRevision: '5c6b8d7f4' },
    [/^error cannot-be-asked: stable.revision: expected another revision than the canary's, got the same/],
  ],
  'arms that are the same series': [
    {
      namespace: 'versions',
      metrics: errors,
      select: 'labels',
      params: { canaryVersion: 'v1', stableVersion: 'v1' },
    },
    [/^error arms-overlap: 3 series fit both arms, so canary would be compared with itself/, /^note/],
  ],
  'labels that policy and preset both set': [
    { namespace: 'fine', metrics: `${errors}, total: 'http_requests_total{namespace="fine"}'` },
    [
      /^warning matcher-twice: the policy's selector fixes namespace, which the selection of the arms sets too \(namespace="fine"\)/,
    ],
  ],
  'the ingress that a parameter should name': [
    { namespace: 'edge', metrics: errors, select: 'nginx-ingress', stableRevision: null },
    [
      /^error other-value: no series for either arm: none of 2 series has ingress="web": ingress is "web-ingress"; set params.ingress, or labels.ingress$/,
    ],
  ],
  'nothing when the parameter names it': [
    {
      namespace: 'edge',
      metrics: errors,
      select: 'nginx-ingress',
      stableRevision: null,
      params: { ingress: 'web-ingress' },
    },
    [/^note no-events-yet/],
  ],
  'a parameter that cannot be': [
    { namespace: 'fine', metrics: errors, params: { controller: 'spinnaker' } },
    [/^error cannot-be-asked: params.controller: expected argo or flagger, got "spinnaker"$/],
  ],
  'that a preset needs the stable revision': [
    { namespace: 'fine', metrics: errors, select: 'argo-hash-label', stableRevision: null },
    [/^error cannot-be-asked: stable.revision: expected a revision for preset argo-hash-label, got none$/],
  ],
  'a source that is not configured': [
    { namespace: 'fine', metrics: `${errors}, source: mars` },
    [/^error cannot-be-asked: source: expected one of the sources \(default\), got "mars"$/],
  ],
  'nothing at good buckets': [{ namespace: 'good', metrics: `${latency}, limit: 1s` }, []],
  'bounds too coarse for the quantile': [
    { namespace: 'coarse', metrics: latency },
    [/^warning bounds-too-coarse: p95 of stable lies between 0.1 s and 1 s with no bound nearer/],
  ],
  'no bound below the quantile': [
    { namespace: 'lowest', metrics: latency },
    [
      /^warning unit-differs/,
      /^warning bounds-too-coarse: p95 of stable lies below the smallest bound \(1 s\)/,
    ],
  ],
  'no bound above quantile and limit': [
    { namespace: 'low', metrics: `${latency}, limit: 1s` },
    [
      /^error bounds-too-low: the limit of 1 s is above the largest bound \(0.2 s\)/,
      /^error bounds-too-low: p95 of stable is beyond the largest bound \(0.2 s\)/,
    ],
  ],
  'bounds in milliseconds': [
    { namespace: 'millis', metrics: latency },
    [/^warning unit-differs: its smallest bound is 100, .*: set unit: milliseconds/],
  ],
  'a histogram without le': [
    { namespace: 'no-le', metrics: `${latency}, histogram: flat_seconds` },
    [/^error le-missing: flat_seconds_bucket has no label le/],
  ],
  'a histogram without +Inf': [
    { namespace: 'no-inf', metrics: `${latency}, histogram: open_seconds` },
    [/^error le-missing: open_seconds_bucket has no bucket le="\+Inf"/],
  ],
  'a summary in place of a histogram': [
    { namespace: 'summary', metrics: `${latency}, histogram: quick_seconds` },
    [/^error no-histogram: quick_seconds has _count but no _bucket: it is a summary/],
  ],
  'the nearest name of a histogram': [
    { namespace: 'fine', metrics: `${latency}, histogram: http_requests_duration_seconds` },
    [
      /^error unknown-metric: no metric http_requests_duration_seconds_bucket .*nearest: http_request_duration_seconds/,
    ],
  ],
  'nothing at a gauge': [
    { namespace: 'fine', metrics: 'name: memory, kind: gauge, query: container_memory' },
    [],
  ],
  'only a warning for what is not required': [
    { namespace: 'fine', metrics: 'name: memory, kind: gauge, query: container_memorie' },
    [/^warning unknown-metric: no metric container_memorie .*nearest: container_memory$/],
  ],
  'a conversion whose good events are not there': [
    {
      namespace: 'fine',
      metrics: 'name: c, kind: conversion, total: http_requests_total, good: orders_done',
    },
    [/^warning no-events-yet: no series of good for either arm yet, which counts as 0: check its selector/],
  ],
  'labels that a selection of its own should name': [
    { namespace: 'fine', metrics: errors, select: '{canary: {track: canary}, stable: {track: stable}}' },
    [
      /^error other-label: no series for either arm: no series has a label track, .*; name a label that is there in select$/,
    ],
  ],
}

describe.skipIf(missing !== undefined)(`diagnose() on a real Prometheus ${missing ?? ''}`, () => {
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

  test('diagnose() shows queries with what each arm has, and the labels seen', async () => {
    if (source === undefined) throw new Error('expected a source')
    const { metrics, at: time, minutes } = await diagnosed(source, { namespace: 'fine', metrics: errors })
    expect([time, minutes]).toEqual(['2026-02-01T12:00:00.000Z', 30])
    const [metric] = metrics
    expect(metric).toMatchObject({ name: 'errors', kind: 'errors', required: true, source: 'default' })
    expect(metric?.queries.map(({ of, arms }) => [of, arms])).toEqual([
      ['total', { canary: { series: 1, samples: 31 }, stable: { series: 2, samples: 62 } }],
      ['bad', { canary: { series: 1, samples: 31 }, stable: { series: 1, samples: 31 } }],
    ])
    expect(metric?.queries[0]?.query).toBe(
      'sum by (pod, job, instance, container) (http_requests_total{namespace="fine",pod=~"web-5c6b8d7f4-[bcdfghjklmnpqrstvwxz2456789]{5}|web-7d9f4b5c6-[bcdfghjklmnpqrstvwxz2456789]{5}"})',
    )
    const code = metric?.labels.find(({ name }) => name === 'code')
    expect(code).toEqual({ name: 'code', values: ['2xx', '500'], count: 2 })
    expect(metric?.labels.find(({ name }) => name === 'namespace')?.values).toHaveLength(5)
  })
})
