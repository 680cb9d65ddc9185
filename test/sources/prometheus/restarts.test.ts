import { afterEach, describe, expect, test } from 'vitest'
import type { Recording, Sample } from '../../../src/engine/model/recording.ts'
import type { Run } from '../../../src/judge/ports/ports.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { startSimulatedPrometheus } from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { policyOf, requestOf, sourceFor } from './source-case.ts'

const minute = 60_000
const now = Date.parse('2026-02-01T12:00:20Z')
const clock = { now: () => now }
const [canary, stable] = ['5c6b8d7f4', '7d9f4b5c6']
const pods = { canary: `web-${canary}-x7k2p`, stable: `web-${stable}-b4n6q` }
const start = now - 10 * minute - 20_000
const run: Run = {
  id: 'r',
  source: 'argo',
  namespace: 'shop',
  name: 'web',
  revision: canary,
  stableRevision: stable,
  policy: 'test',
  policyDigest: 'd',
  start,
  openedAt: start,
  lastLookAt: start,
}
const policy = policyOf(
  'pods',
  '  - {name: errors, kind: errors}\n  - {name: restarts, kind: restarts}\n',
  'history: 20m',
)

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** A series that is scraped every half minute from this many minutes before now on. */
function series(
  labels: Readonly<Record<string, string>>,
  from: number,
  valueAt: (minutesAgo: number) => number,
  to = 0,
): SimulatedSeries {
  const times = Array.from({ length: (from - to) * 2 }, (_, i) => now - from * minute + i * 30_000)
  return { labels, times, values: times.map((time) => valueAt((now - time) / minute)) }
}

const requests = (pod: string, from: number, valueAt: (ago: number) => number): SimulatedSeries =>
  series(
    { __name__: 'http_requests_total', namespace: 'shop', pod, instance: '10.0.0.1:80', code: '200' },
    from,
    valueAt,
  )
const restarts = (
  pod: string,
  container: string,
  from: number,
  valueAt: (ago: number) => number,
  { instance = 'ksm-1:8080', to = 0 } = {},
): SimulatedSeries =>
  series(
    { __name__: 'kube_pod_container_status_restarts_total', namespace: 'shop', pod, container, instance },
    from,
    valueAt,
    to,
  )

async function restartsIn(all: readonly SimulatedSeries[]): Promise<Record<string, Record<number, number>>> {
  const server = await startSimulatedPrometheus({ clock, series: all })
  const source = sourceFor(server.url, { clock })
  closing.push(
    () => server.close(),
    () => source.close(),
  )
  return byMinute(await source.fetch(requestOf(policy, run, now)))
}

/** The slices with restarts, by pod; a pod without restarts is left out. */
function byMinute({ pods: all, metrics, rolloutStart }: Recording): Record<string, Record<number, number>> {
  const { restarts: data } = metrics
  if (data?.kind !== 'restarts') return {}
  const found = (row: readonly Sample[]): Record<number, number> =>
    Object.fromEntries(row.flatMap((n, k) => (n === null || n === 0 ? [] : [[k - rolloutStart, n]])))
  return Object.fromEntries(all.map(({ name }, j) => [name, found(data.restarts[j] ?? [])]))
}

const alive = [
  requests(pods.stable, 40, (ago) => (41 - ago) * 600),
  requests(pods.canary, 10, (ago) => (11 - ago) * 300),
]

describe('fetch(restarts)', () => {
  test('reads those that kube-state-metrics counts, of all containers of a pod', async () => {
    const found = await restartsIn([
      ...alive,
      restarts(pods.stable, 'web', 40, () => 7),
      restarts(pods.canary, 'web', 10, (ago) => (ago > 5.2 ? 0 : ago > 3.2 ? 1 : 2)),
      restarts(pods.canary, 'proxy', 10, (ago) => (ago > 5.2 ? 0 : 1)),
    ])
    expect(found).toEqual({ [pods.stable]: {}, [pods.canary]: { 5: 2, 7: 1 } })
  })

  test('counts nothing anew when kube-state-metrics itself is replaced', async () => {
    const before = { to: 6 }
    const after = { instance: 'ksm-2:8080' }
    const found = await restartsIn([
      ...alive,
      restarts(pods.stable, 'web', 40, () => 7, before),
      restarts(pods.canary, 'web', 10, () => 2, before),
      restarts(pods.stable, 'web', 6, () => 7, after),
      restarts(pods.canary, 'web', 6, () => 2, after),
    ])
    expect(found).toEqual({ [pods.stable]: {}, [pods.canary]: { 0: 2 } })
  })

  test('without kube-state-metrics takes each time that the counters of a pod begin anew', async () => {
    const found = await restartsIn([
      requests(pods.stable, 40, (ago) => (41 - ago) * 600),
      // its counters restart at zero every third minute
      requests(pods.canary, 10, (ago) => ((10 - ago) % 3) * 300),
    ])
    expect(found).toEqual({ [pods.stable]: {}, [pods.canary]: { 3: 1, 6: 1 } })
  })

  test('without kube-state-metrics takes no pod that is added for a restart', async () => {
    const added = requests(`web-${canary}-n8v2c`, 4, (ago) => (5 - ago) * 300)
    const found = await restartsIn([...alive, added])
    expect(found).toEqual({ [pods.stable]: {}, [pods.canary]: {}, [`web-${canary}-n8v2c`]: {} })
  })
})
