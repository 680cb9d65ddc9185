import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Policy } from '../../src/analysis/policy.ts'
import { toOpenMetrics } from '../../src/simulate/prometheus/to-open-metrics.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import type { ConventionName } from '../../src/simulate/world/conventions.ts'
import { createWorld, type World } from '../../src/simulate/world/create-world.ts'
import type { Run } from '../../src/ports.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../support/prometheus.ts'
import { boundsOf, policyOf, requestOf, rowsByPod, runOf, sourceFor, timeOfSlice } from './source-case.ts'

const missing = prometheusMissing()

const recording = simulateRollout({
  seed: 'presets',
  start: '2026-02-01T00:00:00Z',
  history: 25,
  plan: [
    { weight: 20, minutes: 7, pods: 1 },
    { weight: 50, minutes: 8, pods: 2 },
  ],
  stablePods: 3,
  traffic: { rps: 20, podSd: 0.2 },
})

interface PresetCase {
  readonly preset: string
  readonly convention: ConventionName
  readonly controller: 'argo' | 'flagger'
  readonly errors?: string
  readonly latency?: string
  readonly run?: Partial<Run>
  readonly params?: Readonly<Record<string, string>>
}

const otel = {
  errors:
    'total: http_server_request_duration_seconds_count, bad: \'http_server_request_duration_seconds_count{http_response_status_code=~"5.."}\', ',
  latency: 'histogram: http_server_request_duration_seconds, ',
}
const port = { port: '80' }

const cases: readonly PresetCase[] = [
  { preset: 'pods', convention: 'application', controller: 'argo' },
  { preset: 'pods', convention: 'application', controller: 'flagger' },
  { preset: 'pods', convention: 'opentelemetry', controller: 'argo', ...otel },
  { preset: 'istio-workload', convention: 'istio', controller: 'flagger' },
  { preset: 'istio-service', convention: 'istio', controller: 'argo' },
  {
    preset: 'istio-version',
    convention: 'istio',
    controller: 'argo',
    params: { canaryVersion: 'v2', stableVersion: 'v1' },
  },
  { preset: 'linkerd', convention: 'linkerd', controller: 'flagger' },
  { preset: 'nginx-ingress', convention: 'nginx', controller: 'flagger' },
  { preset: 'traefik', convention: 'traefik', controller: 'flagger', params: port },
  { preset: 'traefik', convention: 'traefik', controller: 'argo' },
  { preset: 'contour', convention: 'contour', controller: 'flagger', params: port },
  { preset: 'gloo', convention: 'gloo', controller: 'flagger', params: port },
  { preset: 'kuma', convention: 'kuma', controller: 'flagger', params: port },
]

const policyFor = ({ preset, errors = '', latency = '' }: PresetCase): Policy =>
  policyOf(
    preset,
    `  - {name: errors, ${errors}kind: errors}
  - {name: latency, ${latency}kind: latency, limit: 500ms}
  - {name: conversion, kind: conversion, select: pods, good: orders_completed_total, total: checkouts_started_total}
  - {name: memory, kind: gauge, select: pods, query: 'container_memory_working_set_bytes{container!="",container!="POD"}'}
`,
    'history: 25m',
  )

describe.skipIf(missing !== undefined)(`a real Prometheus ${missing ?? ''}`, () => {
  const worlds = cases.map(({ convention, controller }, index) =>
    createWorld({
      recording,
      convention,
      controller,
      namespace: `ns-${index}`,
      seed: `world-${index}`,
      staleMarkers: false,
      scrapeSeconds: 30,
    }),
  )
  let server: PrometheusServer | undefined

  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: toOpenMetrics(worlds.flatMap(({ series }) => series)) })
  }, 120_000)
  afterAll(() => server?.stop())

  test.each(
    cases.map((one, index) => [`${one.preset} of ${one.convention} by ${one.controller}`, index] as const),
  )('fetch(%s) gives what was generated, to the request', async (_, index) => {
    const one = cases[index]
    const world: World | undefined = worlds[index]
    if (one === undefined || world === undefined || server === undefined) throw new Error('expected a case')
    const { expected, identity } = world
    const run = runOf(identity, timeOfSlice(expected, expected.rolloutStart), one.run)
    const source = sourceFor(server.url)
    const until = timeOfSlice(expected, expected.slices) + 30_000
    const got = await source.fetch(requestOf(policyFor(one), run, until, { params: one.params ?? {} }))
    await source.close()

    expect(got.problems).toEqual([])
    expect([got.start, got.slices, got.rolloutStart]).toEqual([
      new Date(expected.start).toISOString(),
      expected.slices,
      expected.rolloutStart,
    ])
    const bounds = boundsOf(got, 'latency')
    expect(bounds).toContain(0.5)
    expect(bounds.length).toBeLessThan(boundsOf(expected, 'latency').length)
    for (const metric of ['errors', 'latency', 'conversion', 'memory']) {
      expect(rowsByPod(got, metric)).toEqual(rowsByPod(expected, metric, bounds))
    }
  })
})
