import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toOpenMetrics } from '../../src/simulate/prometheus/to-open-metrics.ts'
import { type RolloutOptions, simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { createWorld, type World } from '../../src/simulate/world/create-world.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../support/prometheus.ts'
import { type RunningApp, runApp } from '../support/run-app.ts'

const missing = prometheusMissing()
const minute = 60_000

const policy = `
name: web
step: 15m
metrics:
  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{code=~"5.."}', tolerance: 1}
  - {name: p95, kind: latency, histogram: http_request_duration_seconds, tolerance: 1, margin: 20%}
  - {name: conversion, kind: conversion, good: orders_completed_total, total: checkouts_started_total, tolerance: 1, margin: 20%}
  - {name: memory, kind: gauge, query: 'container_memory_working_set_bytes{container!="",container!="POD"}'}
`

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

const worldOf = (name: Canary): World =>
  createWorld({
    recording: simulateRollout({
      seed: name,
      start: '2026-02-01T00:00:00Z',
      plan,
      stablePods: 5,
      traffic: { rps: 40, podSd: 0.1 },
      ...canaries[name],
    }),
    convention: 'application',
    namespace: name,
    seed: name,
    staleMarkers: false,
    scrapeSeconds: 30,
  })

describe.skipIf(missing !== undefined)(`POST /v1/judge before a real Prometheus ${missing ?? ''}`, () => {
  const worlds = Object.fromEntries(
    (['good', 'bad', 'slow', 'low-converting', 'empty'] as const).map((name) => [name, worldOf(name)]),
  )
  let prometheus: PrometheusServer | undefined
  let running: RunningApp | undefined
  let folder = ''

  beforeAll(async () => {
    const series = Object.values(worlds).flatMap((world) => world.series)
    prometheus = await startPrometheus({ openMetrics: toOpenMetrics(series) })
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-policies-'))
    await writeFile(join(folder, 'web.yaml'), policy)
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
  async function looksAt(name: Canary): Promise<readonly Answer[]> {
    const world = worlds[name]
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
          policy: 'web',
          namespace: name,
          name: identity.target,
          canary: { revision: identity.revisions.canary },
          stable: { revision: identity.revisions.stable },
          start: new Date(start).toISOString(),
          step,
        })
      expect([status, body.kept]).toEqual([200, true])
      looks.push(body)
    }
    return looks
  }

  test('passes a good canary in both steps', async () => {
    const looks = await looksAt('good')
    expect(looks.map(({ verdict }) => verdict)).not.toContain('fail')
    expect(looks.at(-1)).toMatchObject({ verdict: 'pass', step: { index: 1, passed: true } })
    expect(looks.at(-1)?.summary).toMatch(/^pass: errors at most .*, p95 at most .*, conversion at most /)
  })

  test.each([
    ['bad', 'errors', /^fail: errors .* of [\d,]+ canary requests vs .* stable, at least .* worse/],
    ['slow', 'p95', /^fail: p95 about \d+% slower/],
    ['low-converting', 'conversion', /^fail: conversion .* lower$/],
  ] as const)('fails a %s canary by its %s', async (name, metric, summary) => {
    const looks = await looksAt(name)
    const failed = looks.find(({ verdict }) => verdict === 'fail')
    expect(failed?.summary).toMatch(summary)
    expect(failed?.metrics.filter(({ judged }) => judged === 'fail').map((one) => one.name)).toContain(metric)
    expect(looks.at(-1)?.verdict).toBe('fail')
  })

  test('does not know about a canary without traffic, and says so', async () => {
    const looks = await looksAt('empty')
    expect(new Set(looks.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
    expect(looks.at(-1)?.reasons.map(({ code }) => code)).toContain('no-canary-traffic')
  })

  test('gives the recording behind a verdict, which judges the same again', async () => {
    const [last] = (await looksAt('bad')).toReversed()
    if (last === undefined || running === undefined) throw new Error('expected a look')
    const { body: recording } = await request(running.url).get(`/v1/verdicts/${last.id}/recording`)
    const { body: again } = await request(running.url).post('/v1/judge').send({ policy: 'web', recording })
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
