import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import request from 'supertest'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { effects } from '../../src/simulate/effect.ts'
import { startSimulatedPrometheus } from '../support/simulated-prometheus/start-simulated-prometheus.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { createWorld } from '../support/simulated-world/create-world.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'
import { codesOf, minute } from '../support/service/run-judge.ts'

const worldOf = (effect: keyof typeof effects) =>
  createWorld({
    recording: simulateRollout({
      seed: 'judge',
      history: 70,
      plan: [
        { weight: 20, minutes: 8, pods: 2 },
        { weight: 50, minutes: 8, pods: 4 },
      ],
      stablePods: 5,
      effect: effects[effect],
    }),
    convention: 'application',
    controller: 'argo',
  })

const policy = `
name: web
history: 1h
metrics:
  - {name: errors, kind: errors}
  - {name: latency, kind: latency}
`
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-prometheus-'))
  await writeFile(join(folder, 'web.yaml'), policy)
})
afterAll(() => rm(folder, { recursive: true }))

/** A service that queries a simulated Prometheus over HTTP, both on one clock. */
const setUp = async (effect: keyof typeof effects) => {
  const world = worldOf(effect)
  const clock = { ms: 0, now: (): number => clock.ms }
  const server = await startSimulatedPrometheus({ clock, series: world.series })
  const running: RunningApp = await runApp({
    env: { PROMETHEUS_URL: server.url },
    change: (config) => ({ ...config, policies: { directory: folder } }),
    overrides: { clock },
  })
  const { identity, expected } = world
  const start = Date.parse(expected.start) + expected.rolloutStart * minute
  const look = (step?: object) =>
    request(running.url)
      .post('/v1/judge')
      .send({
        policy: 'web',
        keep: true,
        namespace: identity.namespace,
        name: identity.target,
        canary: { revision: identity.revisions.canary },
        stable: { revision: identity.revisions.stable },
        ...(step !== undefined && { step }),
      })
  return {
    ...running,
    clock,
    start,
    look,
    server,
    async [Symbol.asyncDispose]() {
      await running.app.stop()
      await server.close()
    },
  }
}

describe('POST /v1/judge with a Prometheus', () => {
  test.each([
    ['errors-x10', 'fail', 'errors'],
    ['latency-x2', 'fail', 'latency'],
    ['none', 'pass', 'errors'],
  ] as const)('judges a rollout with effect %s to be %s, by %s', async (effect, expected, metric) => {
    await using running = await setUp(effect)
    let [verdict, judged] = ['inconclusive', '']
    for (let look = 3; look < 16 && verdict === 'inconclusive'; look++) {
      running.clock.ms = running.start + look * minute + 20_000
      const { status, body } = await running.look({ index: 0, of: 2, weight: 20, next: 50, minutes: 8 })
      expect([status, body.kept]).toEqual([200, true])
      const run = await running.store.getRun(body.run)
      // The start is found in the data, and is not the time of the first look.
      expect(Math.abs((run?.start ?? 0) - running.start)).toBeLessThanOrEqual(minute)
      verdict = body.verdict
      judged = body.metrics.find(({ name }: { name: string }) => name === metric)?.judged
    }
    expect([verdict, judged]).toEqual([expected, expected])
    const scraped = await request(running.url).get('/metrics')
    expect(scraped.text).toMatch(/canary_judge_source_queries_total\{[^}]*\} [1-9]/)
    expect(scraped.text).toMatch(/canary_judge_store_kept_total [1-9]/)
  })

  test('says so, with status 200, while it is down', async () => {
    await using running = await setUp('none')
    running.clock.ms = running.start + 5 * minute
    running.server.setFault({ kind: 'down' })
    const { status, body } = await running.look()
    expect([status, body.verdict]).toEqual([200, 'inconclusive'])
    expect(codesOf(body)).toContain('source-down')
  })
})
