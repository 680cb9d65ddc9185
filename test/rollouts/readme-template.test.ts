import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { runAnalysis } from '../controllers/argo/analysis-run.ts'
import { mergeArguments, substitute } from '../controllers/argo/args.ts'
import { readMetric, readTemplate } from '../controllers/argo/manifests.ts'
import { parseManifests } from '../controllers/manifests.ts'
import { callOverHttp } from '../controllers/call-over-http.ts'
import { createControllerLog } from '../controllers/controller-log.ts'
import { createSimulatedClock } from '../controllers/simulated-clock.ts'
import { codeBlocks } from '../repository/markdown.ts'
import { runApp } from '../support/service/run-app.ts'
import { startSimulatedPrometheus } from '../support/simulated-prometheus/start-simulated-prometheus.ts'
import { createWorld } from '../support/simulated-world/create-world.ts'

const token = 'judge-token-0123456789'
const minute = 60_000
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** Runs the template of the README as a Rollout in `shop` does, with a service that has only the bundled policies. */
async function playReadme(errors: number, secret = token) {
  const world = createWorld({
    recording: simulateRollout({
      seed: 'readme',
      start: '2026-02-01T00:00:00Z',
      history: 70,
      plan: [{ weight: 20, minutes: 20, pods: 1 }],
      stablePods: 4,
      traffic: { rps: 60, podSd: 0 },
      effect: { errors },
    }),
    convention: 'application',
    seed: 'readme',
    decoys: false,
  })
  const { expected, identity } = world
  const clock = createSimulatedClock(Date.parse(expected.start) + expected.rolloutStart * minute + 20_000)
  await using prometheus = await disposable({ clock, series: world.series })
  await using service = await runApp({
    env: { CANARY_JUDGE_TOKENS: `judge:judge:${token}`, PROMETHEUS_URL: prometheus.url },
    overrides: { clock },
  })
  const text = codeBlocks(readme).find((block) => block.text.includes('kind: AnalysisTemplate'))?.text ?? ''
  const template = readTemplate(parseManifests(text, 'README.md'), {
    templates: [{ templateName: 'canary-judge', clusterScope: false }],
  })
  const { canary, stable } = identity.revisions
  const given = new Map([
    ['canary', canary],
    ['stable', stable],
  ])
  const args = mergeArguments(template, given, { 'canary-judge/token': secret })
  if ('missingSecret' in args) throw new Error(`expected a Secret ${args.missingSecret}`)
  const metric = readMetric(substitute(template.metrics[0], args))
  const log = createControllerLog(clock)
  return await runAnalysis(metric, { call: callOverHttp(service.url), clock, log })
}

async function disposable(options: Parameters<typeof startSimulatedPrometheus>[0]) {
  const server = await startSimulatedPrometheus(options)
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() }
}

describe("the README's AnalysisTemplate on a default installation", () => {
  test('lets a good canary go on within its fourteen looks', async () => {
    const { phase, measurements } = await playReadme(1)
    expect(measurements.filter((each) => each.phase === 'Error')).toEqual([])
    expect(phase).toBe('Successful')
  })

  test('stops a canary with five times the errors', async () => {
    const { phase, measurements } = await playReadme(5)
    expect(measurements.at(-1)?.value).toContain('"fail"')
    expect(phase).toBe('Failed')
  })

  test('is an error without the token', async () => {
    const { phase, measurements } = await playReadme(1, 'another-token-0123456789')
    expect(phase).toBe('Error')
    expect(measurements[0]?.message).toBe('received non 2xx response code: 401')
  })
})
