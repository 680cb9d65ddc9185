import { afterEach, describe, expect, test } from 'vitest'
import type { MetricSource, Run } from '../../../src/judge/ports/ports.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { toOpenMetrics } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { prometheusMissing, startPrometheus } from '../../support/parts/prometheus.ts'
import { policyOf, requestOf, sourceFor } from './source-case.ts'

const minute = 60_000
const now = Date.parse('2026-02-01T12:00:20Z')
const clock = { now: () => now }
const [canary, stable, previous] = ['5c6b8d7f4', '7d9f4b5c6', '6f5d4c8b2']
const start = now - 20 * minute

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** The series that Istio counts for one pod behind a service, between two times in minutes before now. */
function requests(service: string, hash: string, from: number, to: number, code = '200'): SimulatedSeries {
  const labels = {
    __name__: 'istio_requests_total',
    reporter: 'destination',
    destination_service_namespace: 'shop',
    destination_service_name: service,
    response_code: code,
    namespace: 'shop',
    pod: `web-${hash}-x7k2p`,
  }
  const times = Array.from({ length: (from - to) * 2 }, (_, i) => now - from * minute + i * 30_000)
  return { labels, times, values: times.map((_, i) => i * 50) }
}

async function sourceOf(series: readonly SimulatedSeries[]): Promise<MetricSource> {
  const server = await startPrometheus({ openMetrics: toOpenMetrics(series) })
  const source = sourceFor(server.url, { clock })
  closing.push(
    () => server.stop(),
    () => source.close(),
  )
  return source
}

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
const byService = policyOf('istio-service', '  - {name: errors, kind: errors}\n', 'history: 20m')
const byLabels = policyOf(
  '{canary: {destination_service_name: web-canary}, stable: {destination_service_name: web-stable}}',
  '  - {name: errors, kind: errors, total: istio_requests_total, bad: "istio_requests_total{response_code=~\\"5..\\"}"}\n',
  'history: 20m',
)

describe.skipIf(prometheusMissing() !== undefined)(
  'behind a service that has pods of several revisions',
  () => {
    const series = [
      requests('web-stable', stable, 60, 0),
      // an earlier canary that failed, whose series end in the first minutes of the run
      requests('web-canary', previous, 40, 15),
      requests('web-canary', previous, 40, 15, '503'),
      // after that abort, the canary's service points at stable's pods
      requests('web-canary', stable, 17, 12),
      requests('web-canary', canary, 10, 0),
    ]

    test.each([
      ['a preset', byService],
      ['labels of a policy', byLabels],
    ])(
      'fetch() by %s takes only pods of the two revisions, each for its own arm',
      async (_, policy) => {
        const source = await sourceOf(series)
        const recording = await source.fetch(requestOf(policy, run, now))
        expect(recording.pods.map(({ name, arm }) => [arm, name])).toEqual([
          ['stable', `web-${stable}-x7k2p`],
          ['canary', `web-${canary}-x7k2p`],
        ])
        const { errors } = recording.metrics
        expect(errors?.kind === 'errors' && errors.bad[1]?.some((bad) => (bad ?? 0) > 0)).toBe(false)
      },
      30_000,
    )

    test('canaryStart() is the first sample of the asked revision', async () => {
      const source = await sourceOf(series)
      const request = { policy: byService, run, params: {}, until: now, quietMs: 10 * minute }
      const found = await source.canaryStart?.({ ...request, signal: new AbortController().signal })
      expect(Math.abs((found ?? 0) - (now - 10 * minute))).toBeLessThanOrEqual(minute)
    }, 30_000)

    test('diagnose() says that the pods are of another revision', async () => {
      const source = await sourceOf(series.slice(0, 3))
      const diagnosis = await source.diagnose?.({ ...requestOf(byService, run, now), minutes: 30 })
      expect(diagnosis?.metrics[0]?.findings).toContainEqual({
        level: 'error',
        code: 'no-such-pods',
        text: `no series for the canary: 2 series fit its labels, none is of a pod with the revision "${canary}": pod is "web-${previous}-x7k2p"`,
      })
    }, 30_000)
  },
)
