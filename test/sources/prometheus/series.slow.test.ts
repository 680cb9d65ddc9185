import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { createRandom } from '../../../src/simulate/random.ts'
import { sampleNormal } from '../../../src/simulate/sample-normal.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { toOpenMetrics } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { policyOf, requestOf, rowsByPod, sourceFor } from './source-case.ts'

const missing = prometheusMissing()
const minute = 60_000
const start = Date.parse('2026-02-01T12:00:00Z')
const minutes = { history: 60, rollout: 20 }
const run = {
  id: 'r',
  source: 'default',
  namespace: 'shop',
  name: 'web',
  revision: 'new-search',
  stableRevision: 'old-search',
  policy: 'test',
  policyDigest: 'd',
  start,
  openedAt: start,
  lastLookAt: start,
}

/** Counters of two pods that serve both variants. Each visit brings 3 euros, and a fifth less in the new variant. */
function counters(): readonly SimulatedSeries[] {
  const random = createRandom('revenue')
  return ['old-search', 'new-search'].flatMap((variant) =>
    ['web-1', 'web-2'].flatMap((pod) => {
      const from = variant === 'old-search' ? -minutes.history - 1 : 0
      const times = Array.from(
        { length: (minutes.rollout - from) * 2 + 1 },
        (_, i) => start + from * minute + i * 30_000,
      )
      const labels = { namespace: 'shop', variant, pod }
      let [visits, revenue] = [0, 0]
      const both = times.map(() => {
        visits += 1000
        revenue += 1000 * 3 * (variant === 'new-search' ? 0.8 : 1) * Math.exp(0.02 * sampleNormal(random))
        return [visits, revenue] as const
      })
      return [
        { labels: { __name__: 'visits_total', ...labels }, times, values: both.map(([one]) => one) },
        { labels: { __name__: 'revenue_total', ...labels }, times, values: both.map(([, one]) => one) },
      ]
    }),
  )
}

const policy = policyOf(
  "{ canary: { variant: '{{canary}}' }, stable: { variant: '{{stable}}' } }",
  `  - name: revenue
    kind: series
    harm: down
    query: sum(rate(revenue_total[2m])) / sum(rate(visits_total[2m]))
`,
  'history: 1h\nwarmup: 2m\n',
)

describe.skipIf(missing !== undefined)(`a series in a real Prometheus ${missing ?? ''}`, () => {
  let server: PrometheusServer
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: toOpenMetrics(counters()) })
  })
  afterAll(() => server.stop())
  const until = start + minutes.rollout * minute

  test('is read as one value for each arm, and judged', async () => {
    const source = sourceFor(server.url)
    const recording = await source.fetch(requestOf(policy, run, until))
    await source.close()
    expect(recording.problems).toEqual([])
    expect(recording.pods).toEqual([
      { name: 'stable', arm: 'stable', aggregate: true },
      { name: 'canary', arm: 'canary', aggregate: true },
    ])
    const rows = rowsByPod(recording, 'revenue')
    const known = (arm: string): readonly number[] =>
      [rows[arm]].flat().filter((value) => typeof value === 'number')
    expect(known('stable').length).toBeGreaterThan(75)
    expect(known('canary').length).toBeGreaterThan(15)
    for (const value of known('stable')) expect(value).toBeCloseTo(3, 0)
    for (const value of known('canary')) expect(value).toBeCloseTo(2.4, 0)
    const verdict = analyze(recording, policy)
    expect(verdict.judged).toBe('fail')
    expect(verdict.summary).toMatch(/revenue at least 1\d% lower than stable, 2\.\d+ vs (3|2\.9\d*)/)
  })

  test('is diagnosed with both arms, and with the arm that is missing', async () => {
    const source = sourceFor(server.url)
    const diagnosed = (revision: string) =>
      source.diagnose?.({ ...requestOf(policy, { ...run, revision }, until), minutes: 15 })
    const [found, absent] = [await diagnosed('new-search'), await diagnosed('no-search')]
    await source.close()
    expect(found?.metrics[0]?.findings).toEqual([])
    expect(found?.metrics[0]?.queries[0]?.arms).toMatchObject({
      canary: { series: 1 },
      stable: { series: 1 },
    })
    expect(absent?.metrics[0]?.findings.map(({ code }) => code)).toContain('no-such-pods')
  })

  test('tells when the canary came', async () => {
    const source = sourceFor(server.url)
    const began = await source.canaryStart?.({
      ...requestOf(policy, run, until),
      quietMs: 3 * minute,
    })
    await source.close()
    expect(Math.abs((began ?? 0) - start)).toBeLessThanOrEqual(2 * minute)
  })
})
