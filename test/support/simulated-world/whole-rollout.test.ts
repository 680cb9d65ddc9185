import { afterEach, describe, expect, test } from 'vitest'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import type { Log, MetricSource, Run } from '../../../src/judge/ports/ports.ts'
import { createSourceSet } from '../../../src/sources/source-set.ts'
import { startSimulatedPrometheus } from '../simulated-prometheus/start-simulated-prometheus.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import type { ConventionName } from './conventions.ts'
import { createWorld, type World } from './create-world.ts'

const recording = simulateRollout({
  seed: 'whole',
  history: 30,
  plan: [
    { weight: 10, minutes: 6, pods: 1 },
    { weight: 50, minutes: 6, pods: 3, stablePods: 2 },
  ],
  stablePods: 4,
})
const start = Date.parse(recording.start)
const minute = 60_000
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const ignore = (): void => {
  // no one reads this log
}
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const runOf = ({ identity, expected }: World): Run => {
  const { revisions, namespace, target, controller } = identity
  const begin = start + expected.rolloutStart * minute
  const hashes = { revision: revisions.canary, stableRevision: revisions.stable }
  return {
    id: 'run',
    source: 'default',
    namespace,
    name: target,
    ...(controller === 'argo' ? hashes : { revision: 'checksum' }),
    policy: 'web',
    policyDigest: 'digest',
    start: begin,
    openedAt: begin,
    lastLookAt: begin,
  }
}

/** Plays a rollout without waiting: the clock is moved from look to look. */
const watch = async (options: {
  convention: ConventionName
  controller: 'argo' | 'flagger'
  select: string
}) => {
  const world = createWorld({ recording, ...options })
  const clock = { at: start }
  const now = (): number => clock.at
  const bytes: number[] = []
  const server = await startSimulatedPrometheus({
    clock: { now },
    series: world.series,
    onCall: (call) => bytes.push(call.bytes),
  })
  const settings = { url: server.url, headers: {}, timeoutMs: 20_000 }
  const source: MetricSource = createSourceSet({
    sources: { default: settings },
    clock: { now },
    log: silent,
  })
  closing.push(
    () => source.close(),
    () => server.close(),
  )
  const { policy } = parsePolicy(
    `name: web\nselect: ${options.select}\nhistory: 30m\nmetrics: [{name: errors, kind: errors}, {name: latency, kind: latency}]`,
  )
  const look = async (at: number): Promise<Recording> => {
    clock.at = at
    const signal = new AbortController().signal
    return source.fetch({ policy, run: runOf(world), params: {}, until: at, signal })
  }
  return { world, server, look, bytes }
}

/** The rows of the slices so far that have a count, by pod. */
const errorsOf = ({ pods, metrics }: Recording, slices: number): Readonly<Record<string, unknown>> => {
  const { errors } = metrics
  if (errors?.kind !== 'errors') return {}
  const rows = pods.map(
    ({ name }, pod) =>
      [name, errors.total[pod]?.slice(0, slices), errors.bad[pod]?.slice(0, slices)] as const,
  )
  const counted = rows.filter(([, total]) => total?.some((count) => count !== null))
  return Object.fromEntries(counted.map(([name, ...counts]) => [name, counts]))
}

describe('a source that watches a simulated rollout', () => {
  test.each([
    { convention: 'application', controller: 'argo', select: 'pods' },
    { convention: 'istio', controller: 'flagger', select: 'istio-workload' },
  ] as const)(
    'fetch() sees what the world of $convention by $controller expects, look by look',
    async (options) => {
      const { world, look } = await watch(options)
      const { expected } = world
      for (let slice = expected.rolloutStart + 1; slice <= expected.slices; slice++) {
        const got = await look(start + slice * minute + 20_000)
        expect(got.problems ?? []).toEqual([])
        expect(got.slices).toBe(slice)
        expect(errorsOf(got, slice)).toEqual(errorsOf(expected, slice))
      }
    },
  )

  test('fetch() reads on where it was after a look at a server that was away', async () => {
    const { world, server, look, bytes } = await watch({
      convention: 'application',
      controller: 'argo',
      select: 'pods',
    })
    const { expected } = world
    const at = (slice: number): number => start + slice * minute + 20_000
    await look(at(34))
    const cold = bytes.splice(0).reduce((sum, one) => sum + one, 0)
    server.setFault({ kind: 'down' })
    const away = await look(at(35))
    expect(away.problems?.map(({ code }) => code)).toContain('source-down')
    server.setFault(undefined)
    bytes.length = 0
    const back = await look(at(36))
    const warm = bytes.reduce((sum, one) => sum + one, 0)
    expect(errorsOf(back, 36)).toEqual(errorsOf(expected, 36))
    expect(warm).toBeLessThan(cold / 2)
  })
})
