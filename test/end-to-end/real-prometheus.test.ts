import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMetricsParts } from '../support/simulated-prometheus/to-open-metrics.ts'
import { type RolloutOptions, simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'
import type { ConventionName } from '../support/simulated-world/conventions.ts'
import { createWorld, type World } from '../support/simulated-world/create-world.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../support/parts/prometheus.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'

const missing = prometheusMissing()
const minute = 60_000

const policyOf = ({ select, total, status, histogram, unit = 'seconds' }: Family): string => `
name: ${select}
select: ${select}
step: 15m
metrics:
  - {name: errors, kind: errors, total: ${total}, bad: '${total}{${status}=~"5.."}', tolerance: 1}
  - {name: p95, kind: latency, histogram: ${histogram}, unit: ${unit}, tolerance: 1, margin: 20%}
  - {name: conversion, kind: conversion, select: pods, good: orders_completed_total, total: checkouts_started_total, tolerance: 1, margin: 20%}
  - {name: memory, kind: gauge, select: pods, query: 'container_memory_working_set_bytes{container!="",container!="POD"}'}
`

interface Family {
  /** The preset; the policy has the same name. */
  readonly select: string
  readonly convention: ConventionName
  readonly controller: 'argo' | 'flagger'
  readonly total: string
  readonly status: string
  readonly histogram: string
  readonly unit?: 'seconds' | 'milliseconds'
}

/** Requests counted by the pods, by their sidecars, and by gateways that know only the arms. */
const families = {
  application: {
    select: 'pods',
    convention: 'application',
    controller: 'argo',
    total: 'http_requests_total',
    status: 'code',
    histogram: 'http_request_duration_seconds',
  },
  istio: {
    select: 'istio-workload',
    convention: 'istio',
    controller: 'flagger',
    total: 'istio_requests_total',
    status: 'response_code',
    histogram: 'istio_request_duration_milliseconds',
    unit: 'milliseconds',
  },
  nginx: {
    select: 'nginx-ingress',
    convention: 'nginx',
    controller: 'flagger',
    total: 'nginx_ingress_controller_requests',
    status: 'status',
    histogram: 'nginx_ingress_controller_response_duration_seconds',
  },
} as const satisfies Readonly<Record<string, Family>>

const plan = [
  { weight: 25, minutes: 15, pods: 4 },
  { weight: 50, minutes: 15, pods: 5 },
]
const canaries = {
  good: {},
  bad: { effect: { errors: 5 } },
  slow: { effect: { latency: 1.4 } },
  'low-converting': { effect: { conversion: 0.7 } },
  empty: { plan: plan.map((step) => ({ ...step, weight: 0 })) },
} as const satisfies Readonly<Record<string, Partial<RolloutOptions>>>

type Canary = keyof typeof canaries
type FamilyName = keyof typeof families

const worldOf = (family: FamilyName, name: Canary): World =>
  createWorld({
    recording: simulateRollout({
      seed: name,
      start: '2026-02-01T00:00:00Z',
      plan,
      stablePods: 5,
      traffic: { rps: 40, podSd: 0.1 },
      service: {
        ...rolloutDefaults.service,
        latencyBounds: [0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 5],
      },
      ...canaries[name],
    }),
    convention: families[family].convention,
    controller: families[family].controller,
    namespace: `${family}-${name}`,
    seed: name,
    staleMarkers: false,
    decoys: family === 'application',
    scrapeSeconds: 30,
  })

describe.skipIf(missing !== undefined)(`POST /v1/judge before a real Prometheus ${missing ?? ''}`, () => {
  const names = ['good', 'bad', 'slow', 'low-converting', 'empty'] as const
  const familyNames = ['application', 'istio', 'nginx'] as const
  const worlds = new Map(
    familyNames.flatMap((family) =>
      names.map((name) => [`${family}-${name}`, worldOf(family, name)] as const),
    ),
  )
  let prometheus: PrometheusServer | undefined
  let running: RunningApp | undefined
  let folder = ''

  beforeAll(async () => {
    const series = [...worlds.values()].flatMap((world) => world.series)
    prometheus = await startPrometheus({ openMetrics: openMetricsParts(series) })
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-policies-'))
    for (const family of Object.values(families)) {
      await writeFile(join(folder, `${family.select}.yaml`), policyOf(family))
    }
    running = await runApp({
      env: { PROMETHEUS_URL: prometheus.url },
      change: (config) => ({ ...config, policies: { directory: folder } }),
    })
  }, 120_000)

  afterAll(async () => {
    await running?.app.stop()
    await prometheus?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The looks of a rollout, every five minutes. */
  async function looksAt(family: FamilyName, name: Canary): Promise<readonly Answer[]> {
    const world = worlds.get(`${family}-${name}`)
    if (world === undefined || running === undefined) throw new Error('expected a running service')
    const { identity, expected } = world
    const start = Date.parse(expected.start) + expected.rolloutStart * minute
    const looks: Answer[] = []
    for (let at = 1; at <= 31; at += 5) {
      running.clock.ms = start + at * minute + 40_000
      const step =
        at < 16
          ? { index: 0, of: 2, weight: 25, next: 50, minutes: 15 }
          : { index: 1, of: 2, weight: 50, minutes: 14 }
      const { status, body } = await request(running.url)
        .post('/v1/judge')
        .send({
          policy: families[family].select,
          keep: true,
          namespace: identity.namespace,
          name: identity.target,
          canary: { revision: identity.revisions.canary },
          stable: { revision: identity.revisions.stable },
          params: { controller: identity.controller },
          start: new Date(start).toISOString(),
          step,
        })
      expect([status, body.kept]).toEqual([200, true])
      looks.push(body)
    }
    return looks
  }

  test.each(familyNames)('passes a good canary of %s in both steps', async (family) => {
    const looks = await looksAt(family, 'good')
    expect(looks.map(({ verdict }) => verdict)).not.toContain('fail')
    expect(looks.at(-1)).toMatchObject({ verdict: 'pass', step: { index: 1, passed: true } })
    expect(looks.at(-1)?.summary).toMatch(/^pass: errors at most .*, p95 at most .*, conversion at most /)
  })

  const ill = [
    [
      'bad',
      'errors',
      /^fail: at \d\d:\d\d errors .* of [\d,]+ canary requests vs .* stable, at least .* worse/,
    ],
    ['slow', 'p95', /^fail: at \d\d:\d\d p95 about \d+% slower/],
    ['low-converting', 'conversion', /^fail: at \d\d:\d\d conversion .* lower$/],
  ] as const

  test.each(familyNames.flatMap((family) => ill.map((one) => [one[0], family, one[1], one[2]] as const)))(
    'fails a %s canary of %s by its %s',
    async (name, family, metric, summary) => {
      const looks = await looksAt(family, name)
      const failed = looks.find(({ verdict }) => verdict === 'fail')
      expect(failed?.summary).toMatch(summary)
      expect(failed?.metrics.filter(({ judged }) => judged === 'fail').map((one) => one.name)).toEqual([
        metric,
      ])
      expect(looks.at(-1)?.verdict).toBe('fail')
    },
  )

  test.each(familyNames)(
    'does not know about a canary of %s without traffic, and says so',
    async (family) => {
      const looks = await looksAt(family, 'empty')
      expect(new Set(looks.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
      expect(looks.at(-1)?.reasons.map(({ code }) => code)).toContain('no-canary-traffic')
    },
  )

  test('gives the recording behind a verdict, which judges the same again', async () => {
    const [last] = (await looksAt('application', 'bad')).toReversed()
    if (last === undefined || running === undefined) throw new Error('expected a look')
    const { body: recording } = await request(running.url).get(`/v1/verdicts/${last.id}/recording`)
    const { body: again } = await request(running.url).post('/v1/judge').send({ policy: 'pods', recording })
    expect([again.judged, again.summary]).toEqual([last.judged, last.summary])
  })
})

interface Answer {
  readonly id: string
  readonly judged: string
  readonly verdict: string
  readonly summary: string
  readonly kept: boolean
  readonly reasons: readonly { readonly code: string }[]
  readonly metrics: readonly { readonly name: string; readonly judged: string }[]
}
