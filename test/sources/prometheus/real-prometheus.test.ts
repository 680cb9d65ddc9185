import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/engine/model/policy.ts'
import { openMetricsParts } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import type { ConventionName } from '../../support/simulated-world/conventions.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'
import { presetNames } from '../../../src/sources/prometheus/arms/presets.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { boundsOf, policyOf, requestOf, rowsByPod, runOf, sourceFor, timeOfSlice } from './source-case.ts'

const missing = prometheusMissing()

const recording = simulateRollout({
  seed: 'presets',
  start: '2026-02-01T00:00:00Z',
  history: 120,
  plan: [
    { weight: 20, minutes: 15, pods: 1 },
    { weight: 50, minutes: 15, pods: 2 },
  ],
  stablePods: 3,
  traffic: { rps: 20, podSd: 0.2 },
})

interface PresetCase {
  readonly convention: ConventionName
  readonly controller: 'argo' | 'flagger'
  /** Groups of presets that find their arms in the same series. */
  readonly presets: readonly string[]
  readonly errors?: string
  readonly latency?: string
  readonly params?: Readonly<Record<string, string>>
}

const otel = {
  errors:
    'total: http_server_request_duration_seconds_count, bad: \'http_server_request_duration_seconds_count{http_response_status_code=~"5.."}\', ',
  latency: 'histogram: http_server_request_duration_seconds, ',
}
const port = { port: '80' }
const versions = { canaryVersion: 'v2', stableVersion: 'v1' }

const cases: readonly PresetCase[] = [
  {
    convention: 'application',
    controller: 'argo',
    presets: ['pods', 'argo-hash-label', 'labels'],
    params: versions,
  },
  { convention: 'application', controller: 'flagger', presets: ['pods'] },
  { convention: 'opentelemetry', controller: 'argo', presets: ['pods'], ...otel },
  { convention: 'istio', controller: 'flagger', presets: ['istio-workload'] },
  { convention: 'istio', controller: 'argo', presets: ['istio-service', 'istio-version'], params: versions },
  { convention: 'istio-gateway', controller: 'flagger', presets: ['istio-gateway'] },
  { convention: 'linkerd', controller: 'flagger', presets: ['linkerd'] },
  { convention: 'nginx', controller: 'flagger', presets: ['nginx-ingress'] },
  { convention: 'traefik', controller: 'flagger', presets: ['traefik'], params: port },
  { convention: 'traefik', controller: 'argo', presets: ['traefik'] },
  { convention: 'contour', controller: 'flagger', presets: ['contour'], params: port },
  { convention: 'gloo', controller: 'flagger', presets: ['gloo'], params: port },
  { convention: 'kuma', controller: 'flagger', presets: ['kuma'], params: port },
]

const policyFor = (preset: string, { errors = '', latency = '' }: PresetCase): Policy =>
  policyOf(
    preset,
    `  - {name: errors, ${errors}kind: errors}
  - {name: latency, ${latency}kind: latency, limit: 500ms}
  - {name: conversion, kind: conversion, select: pods, good: orders_completed_total, total: checkouts_started_total}
  - {name: memory, kind: gauge, select: pods, query: 'container_memory_working_set_bytes{container!="",container!="POD"}'}
`,
  )

describe.skipIf(missing !== undefined)(`a real Prometheus ${missing ?? ''}`, () => {
  const prepared = cases.map((one, index) => {
    const { convention, controller } = one
    const names = { convention, controller, namespace: `ns-${index}`, seed: `world-${index}` }
    return { one, world: createWorld({ recording, ...names, staleMarkers: false, scrapeSeconds: 30 }) }
  })
  const tests = prepared.flatMap(({ one, world }) =>
    one.presets.map(
      (preset) => [`${preset} of ${one.convention} by ${one.controller}`, { preset, one, world }] as const,
    ),
  )
  let server: PrometheusServer | undefined

  beforeAll(async () => {
    const series = prepared.flatMap(({ world }) => world.series)
    server = await startPrometheus({ openMetrics: openMetricsParts(series) })
  }, 120_000)
  afterAll(() => server?.stop())

  test('every preset is tried', () => {
    expect(new Set(cases.flatMap(({ presets }) => presets))).toEqual(new Set(presetNames))
  })

  test.each(tests)(
    'fetch(%s) gives what was generated, to the request',
    async (_, { preset, one, world }) => {
      if (server === undefined) throw new Error('expected a server')
      const { expected, identity } = world
      const run = runOf(identity, timeOfSlice(expected, expected.rolloutStart))
      const source = sourceFor(server.url)
      const until = timeOfSlice(expected, expected.slices) + 30_000
      const asked = requestOf(policyFor(preset, one), run, until, { params: one.params ?? {} })
      const got = await source.fetch(asked)
      await source.close()

      expect(got.problems).toEqual([])
      expect([got.start, got.slices, got.rolloutStart]).toEqual([
        new Date(expected.start).toISOString(),
        150,
        120,
      ])
      const bounds = boundsOf(got, 'latency')
      expect(bounds).toContain(0.5)
      expect(bounds.length).toBeLessThan(boundsOf(expected, 'latency').length)
      for (const metric of ['errors', 'latency', 'conversion', 'memory']) {
        expect(rowsByPod(got, metric)).toEqual(rowsByPod(expected, metric, bounds))
      }
    },
  )
})
