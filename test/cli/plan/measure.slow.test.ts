import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noises } from '../../../src/simulate/noise.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { openMetricsParts } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'
import { type Ran, runCli } from '../streams.ts'

const missing = prometheusMissing()

/** Half a day of a service with six pods, and the first minutes of a rollout. */
const world = createWorld({
  recording: simulateRollout({
    seed: 'measured',
    start: '2026-02-01T00:00:00Z',
    history: 600,
    plan: [{ weight: 10, minutes: 2, pods: 1 }],
    stablePods: 6,
    traffic: { rps: 20, podSd: 0.1 },
    noise: noises.quiet,
  }),
  convention: 'application',
  controller: 'argo',
  namespace: 'shop',
  seed: 'measured',
  staleMarkers: false,
  decoys: true,
  scrapeSeconds: 30,
})

const policy = `
name: web
select: pods
metrics:
  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{code=~"5.."}'}
  - {name: p95, kind: latency, histogram: http_request_duration_seconds, quantile: p95}
  - {name: orders, kind: conversion, good: orders_completed_total, total: checkouts_started_total}
`

describe.skipIf(missing !== undefined)(`plan with a real Prometheus ${missing ?? ''}`, () => {
  let prometheus: PrometheusServer | undefined
  let folder = ''
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: openMetricsParts(world.series) })
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-plan-'))
    await writeFile(join(folder, 'web.yaml'), policy)
  }, 120_000)
  afterAll(async () => {
    await prometheus?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function run(...more: readonly string[]): Promise<Ran> {
    const { identity } = world
    const file = join(folder, 'web.yaml')
    const where = ['--prometheus', prometheus?.url ?? '', '--namespace', identity.namespace]
    const time = ['--until', '2026-02-01T10:00:00Z', '--since', '12h']
    const args = ['plan', '--policy', file, '--name', identity.target, ...where, ...time, ...more]
    return runCli(args)
  }

  test('plan measures traffic, shares, latency and pods, and plans nearly as with the true numbers', async () => {
    const { code, out } = await run('--json')
    expect(code).toBe(0)
    const { measured, pods, metrics } = JSON.parse(out)
    expect(measured).toMatchObject({ windows: 2, used: 2, from: '2026-02-01T02:00:00.000Z' })
    expect(pods).toBe(6)
    expect(measured.rps.median).toBeGreaterThan(19.5)
    expect(measured.rps.median).toBeLessThan(20.5)
    const valueOf = (name: string) =>
      measured.metrics.find((one: { name: string }) => one.name === name)?.value
    expect(valueOf('errors') / 0.005).toBeCloseTo(1, 0.7)
    expect(valueOf('p95') / 0.268).toBeCloseTo(1, 1)
    expect(valueOf('orders') / 0.2).toBeCloseTo(1, 1)
    const lastOf = (forecast: { metrics: { name: string; steps: { shown: number }[] }[] }, name: string) =>
      forecast.metrics.find((one) => one.name === name)?.steps.at(-1)?.shown ?? 0
    const numbers = ['--rps', '20', '--p95', '268', '--pods', '6', '--conversion', '20']
    const described = JSON.parse((await runCli(['plan', ...numbers, '--json'])).out)
    for (const name of ['errors', 'p95']) {
      const ratio = (lastOf({ metrics }, name) - 1) / (lastOf(described, name) - 1)
      expect([name, ratio > 0.8 && ratio < 1.25]).toEqual([name, true])
    }
    // four of ten requests are checkouts, and so there is less to see than in all of them
    expect(lastOf({ metrics }, 'orders')).toBeGreaterThan(lastOf(described, 'conversion'))
  })

  test('plan --rollouts plays what was measured, and says so', async () => {
    const { code, out } = await run('--json', '--rollouts', '10', '--stages', '50', '--minutes', '3')
    expect(code).toBe(0)
    const { conversion, measured, stages, releases } = JSON.parse(out)
    const orders = measured.metrics.find((one: { name: string }) => one.name === 'orders')
    expect(conversion).toBeCloseTo(orders.value * 100, 9)
    expect([stages, releases.length]).toEqual([[50], 13])
  })

  test('plan says what it measured, and over which time', async () => {
    const { out } = await run()
    expect(out).toMatch(
      /^measured in 2 of 2 windows from 2026-02-01T02:00Z to 2026-02-01T10:00Z:\n20(\.\d)? requests a second/,
    )
    expect(out).toContain(' 6 pods\n')
  })

  test('plan of a workload without data says why', async () => {
    const { code, err } = await run('--name', 'absent')
    expect(code).toBe(3)
    expect(err).toContain('expected requests of shop/absent from 2026-02-01T02:00:00.000Z to ')
  })
})
