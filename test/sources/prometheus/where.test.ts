import { afterEach, describe, expect, test } from 'vitest'
import type { MetricSource, Run } from '../../../src/judge/ports/ports.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { startSimulatedPrometheus } from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { policyOf, requestOf, sourceFor } from './source-case.ts'

const minute = 60_000
const now = Date.parse('2026-02-01T12:00:20Z')
const clock = { now: () => now }
const [canary, stable] = ['5c6b8d7f4', '7d9f4b5c6']
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
const metrics = '  - {name: errors, kind: errors}\n  - {name: p95, kind: latency, required: false}\n'
const everywhere = policyOf('pods', metrics, 'history: 20m')
const advice = 'limit them in the policy with select: {preset: pods, where: {cluster: "eu-1"}}'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** Two clusters that each have a pod of the same name and revision. The second pod has ten times as many requests. */
function series(): readonly SimulatedSeries[] {
  const times = Array.from({ length: 80 }, (_, i) => now - 40 * minute + i * 30_000)
  return [canary, stable].flatMap((hash) =>
    ['eu-1', 'us-1'].map((cluster) => ({
      labels: {
        __name__: 'http_requests_total',
        namespace: 'shop',
        pod: `web-${hash}-x7k2p`,
        instance: '10.0.0.1:80',
        code: '200',
        cluster,
      },
      times,
      values: times.map((_, i) => i * (cluster === 'eu-1' ? 50 : 500)),
    })),
  )
}

async function sourceOf(): Promise<MetricSource> {
  const server = await startSimulatedPrometheus({ clock, series: series() })
  const source = sourceFor(server.url, { clock })
  closing.push(
    () => server.close(),
    () => source.close(),
  )
  return source
}

describe('series of several clusters', () => {
  test('fetch() counts all and says so at every look, with the label and what limits it', async () => {
    const source = await sourceOf()
    const request = requestOf(everywhere, run, now)
    for (const recording of [await source.fetch(request), await source.fetch(request)]) {
      const text = `series of one arm differ in the label cluster (eu-1, us-1), and all of them count; ${advice}`
      expect(recording.problems).toContainEqual({ code: 'mixed-series', text })
      const { errors } = recording.metrics
      expect(errors?.kind === 'errors' && errors.total[0]?.[5]).toBe(1100)
    }
  })

  test.each([
    ['a cluster', '{preset: pods, where: {cluster: eu-1}}', {}],
    ['a parameter', "{preset: pods, where: {cluster: '{{cluster}}'}}", { cluster: 'eu-1' }],
    [
      'a cluster beside labels of the arms',
      `{canary: {pod: web-${canary}-x7k2p}, stable: {pod: web-${stable}-x7k2p}, where: {cluster: eu-1}}`,
      {},
    ],
  ])('fetch() where the policy names %s counts that alone and says nothing', async (_, select, params) => {
    const source = await sourceOf()
    const policy = policyOf(select, metrics, 'history: 20m')
    const recording = await source.fetch(requestOf(policy, run, now, { params }))
    expect(recording.problems?.map(({ code }) => code)).not.toContain('mixed-series')
    const { errors } = recording.metrics
    expect(errors?.kind === 'errors' && errors.total[0]?.[5]).toBe(100)
  })

  test("fetch() limits a metric with a selection of its own by the policy's where too", async () => {
    const source = await sourceOf()
    const policy = policyOf(
      '{preset: istio-service, where: {cluster: eu-1}}',
      '  - {name: errors, kind: errors, select: pods, total: http_requests_total, bad: "http_requests_total{code=~\\"5..\\"}"}\n',
      'history: 20m',
    )
    const { errors } = (await source.fetch(requestOf(policy, run, now))).metrics
    expect(errors?.kind === 'errors' && errors.total[0]?.[5]).toBe(100)
  })

  test('diagnose() warns of them with the same advice', async () => {
    const source = await sourceOf()
    const diagnosis = await source.diagnose?.({ ...requestOf(everywhere, run, now), minutes: 30 })
    expect(diagnosis?.metrics[0]?.findings).toContainEqual({
      level: 'warning',
      code: 'mixed-series',
      text: `series of one arm have the label cluster "eu-1", "us-1", and all of them count: ${advice}`,
    })
  })
})
