import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { openMetricsParts } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { createWorld, type World } from '../../support/simulated-world/create-world.ts'
import { policyOf, requestOf, runOf, sourceFor, timeOfSlice } from './source-case.ts'

const missing = prometheusMissing()

const recording = simulateRollout({
  seed: 'values',
  start: '2026-02-01T00:00:00Z',
  history: 70,
  plan: [{ weight: 20, minutes: 12, pods: 1 }],
  stablePods: 4,
  traffic: { rps: 50, podSd: 0.2 },
})

type Code = string | undefined

interface Case {
  readonly what: string
  /** The metric of the policy. */
  readonly bad: string
  /** The values of each arm in place of 200 and 500; undefined = the arm has no such requests. */
  readonly canary: readonly [good: Code, failed: Code]
  readonly stable: readonly [good: Code, failed: Code]
  /** The end of the problem's text; undefined = the look has no problem. */
  readonly problem?: string
}

const fits = (list: string): string =>
  `code=~"5.." fits none of the values of code, nor another of their kind: code is ${list}; name the one that means a failure`

const cases: readonly Case[] = [
  {
    what: 'other words for all that it does',
    bad: 'code=~"5.."',
    canary: ['ok', 'error'],
    stable: ['200', '500'],
    problem: fits('"error", "ok"'),
  },
  {
    what: 'another word for failures alone',
    bad: 'code=~"5.."',
    canary: ['200', 'error'],
    stable: ['200', '500'],
    problem: fits('"error"'),
  },
  {
    what: 'classes in place of codes',
    bad: 'code=~"5[0-9][0-9]"',
    canary: ['2xx', '5xx'],
    stable: ['200', '500'],
    problem: 'code is "2xx", "5xx"; name the one that means a failure',
  },
  { what: 'no failure at all', bad: 'code=~"5.."', canary: ['200', undefined], stable: ['200', '500'] },
  {
    what: 'a code that stable has not',
    bad: 'code=~"5.."',
    canary: ['404', undefined],
    stable: ['200', '500'],
  },
  {
    what: 'a failure that is not to count',
    bad: 'code="500"',
    canary: ['200', '503'],
    stable: ['503', '500'],
  },
  { what: 'failures as stable has them', bad: 'code=~"5.."', canary: ['200', '502'], stable: ['200', '500'] },
]

describe.skipIf(missing !== undefined)(`the values of failures in a real Prometheus ${missing ?? ''}`, () => {
  const worlds = cases.map((one, index) => recoded(one, `values-${index}`))
  let server: PrometheusServer
  beforeAll(async () => {
    const series = worlds.flatMap((world) => world.series)
    server = await startPrometheus({ openMetrics: openMetricsParts(series) })
  })
  afterAll(() => server.stop())

  test.each(cases.map((one, index) => ({ ...one, world: worlds[index] })))(
    'a canary with $what',
    async ({ bad, problem, world }) => {
      if (world === undefined) throw new Error('expected a world')
      const policy = policyOf(
        'pods',
        `  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{${bad}}'}\n`,
        'step: 10m',
      )
      const { expected, identity } = world
      const run = runOf(identity, timeOfSlice(expected, expected.rolloutStart))
      const source = sourceFor(server.url)
      try {
        for (const slice of [expected.slices - 2, expected.slices]) {
          const until = timeOfSlice(expected, slice) + 20_000
          const got = await source.fetch(requestOf(policy, run, until))
          const problems = (got.problems ?? []).filter(({ code }) => code !== 'clock-skew')
          const said = problems.map(({ code, text }) => [code, text.slice(text.indexOf(problem ?? ''))])
          expect(said).toEqual(problem === undefined ? [] : [['source-invalid', problem]])
          const isHeld = analyze(got, policy).judged !== 'pass'
          expect(isHeld || problem === undefined).toBe(true)
        }
      } finally {
        await source.close()
      }
    },
  )
})

function recoded({ canary, stable }: Case, namespace: string): World {
  const names = { convention: 'application', namespace, seed: namespace, decoys: false } as const
  const world = createWorld({ recording, ...names, staleMarkers: false, scrapeSeconds: 30 })
  const series = world.series.flatMap((one) => {
    const { code, pod = '' } = one.labels
    if (code === undefined) return [one]
    const [good, failed] = pod.includes(world.identity.revisions.canary) ? canary : stable
    const written = code.startsWith('5') ? failed : good
    return written === undefined ? [] : [{ ...one, labels: { ...one.labels, code: written } }]
  })
  return { ...world, series }
}
