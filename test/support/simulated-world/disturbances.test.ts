import { afterEach, describe, expect, test } from 'vitest'
import type { MetricData, Recording } from '../../../src/engine/model/recording.ts'
import { startSimulatedPrometheus } from '../simulated-prometheus/start-simulated-prometheus.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { createWorld, type WorldOptions } from './create-world.ts'
import { prometheusMissing, startPrometheus } from '../parts/prometheus.ts'
import { writeWorld } from '../parts/write-world.ts'
import { ask, differences } from '../simulated-prometheus/ask.ts'
import { readByHand } from './naive-source.ts'

const recording = simulateRollout({
  seed: 'disturbed',
  start: '2026-02-01T00:00:00Z',
  history: 15,
  plan: [
    { weight: 20, minutes: 6, pods: 2 },
    { weight: 50, minutes: 9, pods: 4, stablePods: 2 },
  ],
  stablePods: 3,
  traffic: { rps: 10, podSd: 0 },
})
const missing = prometheusMissing()
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const read = async (
  options: Partial<WorldOptions>,
): Promise<{ expected: Recording; got: Recording['metrics'] }> => {
  const convention = options.convention ?? 'application'
  const world = createWorld({ recording, convention, controller: 'flagger', namespace: 'shop', ...options })
  const now = Date.parse('2026-02-02T00:00:00Z')
  const server = await startSimulatedPrometheus({ clock: { now: () => now }, series: world.series })
  closing.push(() => server.close())
  const { expected } = world
  return { expected, got: await readByHand(server.url, { expected, convention, namespace: 'shop' }) }
}

const totals = (metric: MetricData | undefined): number =>
  metric === undefined || !('total' in metric)
    ? 0
    : metric.total.reduce(
        (sum, row) => sum + (row ?? []).reduce<number>((all, count) => all + (count ?? 0), 0),
        0,
      )

describe('createWorld', () => {
  test('createWorld(nothing disturbed) expects all that was simulated, from the first request of each pod on', () => {
    const { expected } = createWorld({ recording, convention: 'application' })
    for (const [name, data] of Object.entries(recording.metrics)) {
      expect(totals(expected.metrics[name])).toBe(totals(data))
    }
    const { errors, latency, memory } = expected.metrics
    expect(errors).toEqual(recording.metrics['errors'])
    expect(latency).toEqual(recording.metrics['latency'])
    expect(memory).toEqual(recording.metrics['memory'])
  })

  test('createWorld({restarts}) counts on after a pod or a sidecar has begun at zero', async () => {
    const restarts = [
      { of: 'pod', index: 0, slice: 5 },
      { of: 'pod', index: 0, slice: 20 },
      { of: 'pod', index: 1, slice: 17 },
    ] as const
    for (const convention of ['application', 'istio'] as const) {
      const { expected, got } = await read({ convention, restarts })
      expect(got['errors']).toEqual(expected.metrics['errors'])
      expect(got['conversion']).toEqual(expected.metrics['conversion'])
      expect(totals(got['errors'])).toBe(totals(recording.metrics['errors']))
    }
  })

  test('createWorld({restarts}) resets both arms where a gateway restarts', async () => {
    const { series, expected } = createWorld({
      recording,
      convention: 'contour',
      restarts: [{ of: 'gateway', index: 1, slice: 22 }],
      decoys: false,
    })
    const dropped = series.filter(
      ({ labels, values }) =>
        labels['__name__'] === 'envoy_cluster_upstream_rq' &&
        Array.from(values).some((value, at) => value < (values[at - 1] ?? 0)),
    )
    expect(new Set(dropped.map(({ labels }) => labels['pod']))).toEqual(new Set(['gateway-1']))
    expect(dropped.length).toBeGreaterThan(1)
    expect(totals(expected.metrics['errors'])).toBe(totals(recording.metrics['errors']))
  })

  test('createWorld({outages}) puts what was missed for four minutes into the slice after them', async () => {
    const { expected, got } = await read({ outages: [{ slice: 8, slices: 4 }] })
    expect(got['errors']).toEqual(expected.metrics['errors'])
    expect(totals(got['errors'])).toBe(totals(recording.metrics['errors']))
    const { errors } = expected.metrics
    expect(errors?.kind === 'errors' && errors.total[0]?.slice(8, 12)).toEqual([0, 0, 0, 0])
  })

  test('createWorld({outages}) knows nothing of eight minutes, and drops what was missed in them', () => {
    const { expected } = createWorld({
      recording,
      convention: 'application',
      outages: [{ slice: 2, slices: 8 }],
    })
    const { errors, memory } = expected.metrics
    const row = errors?.kind === 'errors' ? errors.total[0] : undefined
    const whole = recording.metrics['errors']
    const simulated = whole?.kind === 'errors' ? whole.total[0] : undefined
    expect(row?.slice(7, 11)).toEqual([null, null, null, null])
    expect(row?.slice(11)).toEqual(simulated?.slice(11))
    expect(memory?.kind === 'gauge' && memory.value[0]?.slice(7, 10)).toEqual([null, null, null])
  })

  test('createWorld({decoys: false}) holds our own series only', () => {
    const { series, identity } = createWorld({ recording, convention: 'linkerd', decoys: false })
    expect(new Set(series.map(({ labels }) => labels['namespace']))).toEqual(new Set([identity.namespace]))
    expect(series.some(({ labels }) => labels['direction'] === 'outbound')).toBe(false)
  })

  test('createWorld(a recording of errors alone) has no series of the rest', () => {
    const { errors } = recording.metrics
    if (errors === undefined) throw new Error('expected errors')
    const { series } = createWorld({
      recording: { ...recording, metrics: { errors } },
      convention: 'application',
      decoys: false,
    })
    const names = new Set(series.map(({ labels }) => labels['__name__']))
    expect(names).not.toContain('checkouts_started_total')
    expect(names).not.toContain('container_memory_working_set_bytes')
    expect(names).toContain('http_requests_total')
  })

  test('createWorld(a recording of latency alone) counts requests without failures', () => {
    const { latency } = recording.metrics
    if (latency === undefined) throw new Error('expected latency')
    const { expected, series } = createWorld({
      recording: { ...recording, metrics: { latency } },
      convention: 'nginx',
      decoys: false,
    })
    expect(totals(expected.metrics['latency'])).toBe(totals(latency))
    expect(series.length).toBeGreaterThan(0)
  })
})

describe.skipIf(missing !== undefined)(
  `a world with stale markers in the real server ${missing ?? ''}`,
  () => {
    test('writeWorld(world) makes the real server answer as the simulated one, deaths and births and all', async () => {
      const start = Math.floor(Date.now() / 60_000) * 60_000 - 50 * 60_000
      const recent = { ...recording, start: new Date(start).toISOString() }
      const { series } = createWorld({
        recording: recent,
        convention: 'application',
        restarts: [{ of: 'pod', index: 3, slice: 20 }],
      })
      const real = await startPrometheus({ receiver: true })
      closing.push(() => real.stop())
      const now = start + 40 * 60_000
      const simulated = await startSimulatedPrometheus({ clock: { now: () => now }, series })
      closing.push(() => simulated.close())
      await writeWorld(real.url, series)
      for (const query of [
        'sum by (pod, instance, code) (http_requests_total)',
        'count by (pod) (http_request_duration_seconds_bucket)',
        'rate(http_requests_total{code="503"}[2m])',
        'container_memory_working_set_bytes{container!=""}',
        'timestamp(up)',
      ]) {
        for (const step of ['60', '7']) {
          const params = { query, start: String(start / 1000 - 600), end: String(start / 1000 + 1790), step }
          const path = '/api/v1/query_range'
          const [expected, got] = await Promise.all([
            ask(real.url, path, params),
            ask(simulated.url, path, params),
          ])
          expect(differences(expected, got)).toEqual([])
        }
      }
    })
  },
)
