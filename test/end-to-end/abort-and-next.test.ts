import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../support/parts/prometheus.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'
import type { Labels, SimulatedSeries } from '../support/simulated-prometheus/simulated-series.ts'
import { openMetricsParts } from '../support/simulated-prometheus/to-open-metrics.ts'

const minute = 60_000
const now = Date.parse('2026-02-01T12:00:30Z')
const token = 'judge-token-0123456789'
const [canary, stable, previous] = ['5c6b8d7f4', '7d9f4b5c6', '6f5d4c8b2']
const missing = prometheusMissing()

/** What a preset can know about a pod. `service` is the Service that points at the pod. */
interface Place {
  readonly hash: string
  readonly pod: string
  readonly service: 'web-canary' | 'web-stable'
}

const application = (code: string, more: Labels): Labels => ({
  __name__: 'http_requests_total',
  code,
  ...more,
})
const istio = (code: string, more: Labels): Labels => ({
  __name__: 'istio_requests_total',
  reporter: 'destination',
  response_code: code,
  ...more,
})

/** Every preset of Argo Rollouts that knows pods. */
const presets: Readonly<Record<string, (code: string, namespace: string, place: Place) => Labels>> = {
  pods: (code, namespace, { pod }) => application(code, { namespace, pod }),
  'argo-hash-label': (code, namespace, { pod, hash }) =>
    application(code, { namespace, pod, rollouts_pod_template_hash: hash }),
  labels: (code, namespace, { pod, hash }) =>
    application(code, { namespace, pod, app: 'web', version: hash }),
  'istio-service': (code, namespace, { pod, service }) =>
    istio(code, { pod, destination_service_namespace: namespace, destination_service_name: service }),
  'istio-version': (code, namespace, { pod, hash }) =>
    istio(code, {
      pod,
      destination_workload_namespace: namespace,
      destination_workload: 'web',
      destination_version: hash,
    }),
}

interface Stretch {
  readonly hash: string
  readonly pod: number
  readonly service: Place['service']
  /** Minutes before now. */
  readonly from: number
  readonly to: number
  readonly perMinute: number
  readonly failing: number
}

/** A failed canary is aborted, and its service points at stable's pods for some minutes. Then the next canary comes. */
const stretches = (failing: number): readonly Stretch[] => [
  ...[0, 1, 2, 3].flatMap((pod): Stretch[] => [
    { hash: stable, pod, service: 'web-stable', from: 100, to: 0, perMinute: 600, failing: 0.01 },
    { hash: stable, pod, service: 'web-canary', from: 18, to: 13, perMinute: 600, failing: 0.01 },
  ]),
  { hash: previous, pod: 0, service: 'web-canary', from: 40, to: 17, perMinute: 300, failing: 0.3 },
  { hash: canary, pod: 0, service: 'web-canary', from: 11, to: 0, perMinute: 300, failing },
]

function seriesOf(preset: string, namespace: string, one: Stretch): readonly SimulatedSeries[] {
  const place = { hash: one.hash, pod: `web-${one.hash}-x7k2${'pqrs'[one.pod] ?? 'p'}`, service: one.service }
  const labels = presets[preset]
  const times = Array.from(
    { length: (one.from - one.to) * 2 + 1 },
    (_, i) => now - one.from * minute + i * 30_000,
  )
  const counter = (code: string, share: number): SimulatedSeries => ({
    labels: labels?.(code, namespace, place) ?? {},
    times,
    values: times.map((_, i) => Math.round(i * 0.5 * one.perMinute * share)),
  })
  return [counter('200', 1 - one.failing), counter('503', one.failing)]
}

describe.skipIf(missing !== undefined)(`after an abort, in a real Prometheus ${missing ?? ''}`, () => {
  const cases = Object.keys(presets).flatMap((preset) =>
    [
      { preset, how: 'good', failing: 0.01, verdict: 'pass' },
      { preset, how: 'bad', failing: 0.1, verdict: 'fail' },
    ].map((one) => ({ ...one, namespace: `${preset}-${one.how}` })),
  )
  let server: PrometheusServer
  let running: RunningApp
  let folder = ''
  beforeAll(async () => {
    const series = cases.flatMap(({ preset, namespace, failing }) =>
      stretches(failing).flatMap((one) => seriesOf(preset, namespace, one)),
    )
    server = await startPrometheus({ openMetrics: openMetricsParts(series) })
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-abort-'))
    for (const preset of Object.keys(presets)) {
      const policy = `name: ${preset}\nselect: ${preset}\nwarmup: 1m\nmetrics: [{name: errors, kind: errors}]\n`
      await writeFile(join(folder, `${preset}.yaml`), policy)
    }
    running = await runApp({
      env: { CANARY_JUDGE_TOKENS: `argo:judge:${token}`, PROMETHEUS_URL: server.url },
      change: (config) => ({ ...config, policies: { directory: folder } }),
    })
  })
  afterAll(async () => {
    await running.app.stop()
    await server.stop()
    await rm(folder, { recursive: true })
  })

  const look = async (namespace: string, policy: string) => {
    const answer = await fetch(`${running.url}/v1/argo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        namespace,
        name: 'web',
        canaryHash: canary,
        stableHash: stable,
        policy,
        step: '1',
        of: '1',
        weight: '11',
        minutes: '8',
      }),
    })
    const body: {
      readonly verdict: string
      readonly metrics: readonly { readonly canary: { of?: number } }[]
    } = JSON.parse(await answer.text())
    return body
  }

  test.each(cases)(
    '$preset: the next canary, a $how one, is judged by its own pods: $verdict',
    async (one) => {
      running.clock.ms = now - 10 * minute
      expect((await look(one.namespace, one.preset)).verdict).toBe('inconclusive')
      running.clock.ms = now
      const { verdict, metrics } = await look(one.namespace, one.preset)
      expect(verdict).toBe(one.verdict)
      // The canary has 300 requests a minute for eleven minutes; stable's pods behind its service had twelve thousand.
      expect(metrics[0]?.canary.of).toBeLessThanOrEqual(11 * 300)
    },
  )
})
