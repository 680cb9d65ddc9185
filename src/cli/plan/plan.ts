import { canaryPodsAt } from '../../engine/index.ts'
import type { MetricKind, Policy } from '../../engine/model/policy.ts'
import type { MetricData, Recording } from '../../engine/model/recording.ts'
import type { Noise } from '../../simulate/noise.ts'
import { type Played, playRollout } from '../../simulate/play-rollout.ts'
import { simulateRollout } from '../../simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../simulate/simulated-rollout.ts'
import type { Engine } from '../replay/replay-recording.ts'
import { type Release, releases } from './releases.ts'

/** The service and the way it is rolled out. */
export interface Plan {
  readonly rps: number
  /** Share of requests that fail, 0 to 1. */
  readonly errorRate: number
  readonly p95Seconds: number
  /** Share of requests that convert. */
  readonly conversionRate: number
  readonly pods: number
  readonly noise: Noise
  readonly weights: readonly number[]
  /** Planned length of each step. */
  readonly minutes: readonly number[]
  readonly policy: Policy
}

/** What became of one sort of release, as shares of the rollouts that were played. */
export interface Expected {
  readonly release: string
  readonly shownBy?: MetricKind
  readonly promoted: number
  readonly aborted: number
  readonly asked: number
  /** Aborted, or waiting for a person, by the end of each step. */
  readonly stoppedBy: readonly number[]
  /** From the start to half of the stops; absent without a stop. */
  readonly minutesToStop?: number
}

/** Plays each sort of release many times and counts what the judge does; gives a line when a sort is done. */
export async function* expectations(
  plan: Plan,
  engine: Engine,
  rollouts: number,
  progress: (release: string, done: number) => void,
): AsyncGenerator<Expected> {
  const kinds = new Set(plan.policy.metrics.map(({ kind }) => kind))
  for (const release of releases) {
    if (release.shownBy !== undefined && !kinds.has(release.shownBy)) continue
    const played: Played[] = []
    for (let number = 0; number < rollouts; number += 1) {
      played.push(playOne(plan, release, engine, number))
      progress(release.name, number + 1)
      // Ctrl-C and the progress line get their turn
      await new Promise(setImmediate)
    }
    yield summarize(release, played, plan.weights.length)
  }
}

function playOne(plan: Plan, release: Release, engine: Engine, number: number): Played {
  const judge = (lengths: readonly number[]) =>
    engine
      .outcomesBySlice(record(plan, release, lengths, number), plan.policy)
      .looks.map(({ judged }) => judged)
  const hold = Math.round(plan.policy.hold.forSeconds / 60)
  return playRollout(judge, { planned: plan.minutes, hold })
}

/** The log-normal latency of the simulation has its p95 so many times above its median. */
const p95OverMedian = Math.exp(1.6449 * rolloutDefaults.service.latencySigma)

function record(plan: Plan, { effect }: Release, lengths: readonly number[], number: number): Recording {
  const { service } = rolloutDefaults
  const latencyMedian = plan.p95Seconds / p95OverMedian
  const scale = latencyMedian / service.latencyMedian
  const recording = simulateRollout({
    // the same luck for every release, so that they differ by the release alone
    seed: `plan ${number}`,
    stablePods: plan.pods,
    plan: lengths.map((minutes, i) => {
      const weight = plan.weights[i] ?? 0
      return { weight, minutes, pods: canaryPodsAt(plan.pods, weight) }
    }),
    traffic: { rps: plan.rps, podSd: 0 },
    service: {
      ...service,
      errorRate: plan.errorRate,
      latencyMedian,
      latencyBounds: service.latencyBounds.map((bound) => bound * scale),
      checkoutShare: 1,
      conversionRate: plan.conversionRate,
    },
    noise: plan.noise,
    effect,
    metrics: { errors: 'errors', latency: 'latency', conversion: 'conversion' },
  })
  const steps = (recording.steps ?? []).map((step, i) => ({
    ...step,
    // a step in its hold was planned as short as the others
    ends: step.slice + (plan.minutes[i] ?? 0),
    next: plan.weights[i + 1] ?? 100,
  }))
  return { ...recording, gates: plan.weights.length, steps, metrics: named(recording.metrics, plan.policy) }
}

/** The data of a kind, under the name of each metric of this kind. */
function named(data: Recording['metrics'], policy: Policy): Recording['metrics'] {
  const metrics: Record<string, MetricData> = {}
  for (const { name, kind } of policy.metrics) {
    const one = data[kind]
    if (one !== undefined) metrics[name] = one
  }
  return metrics
}

export function summarize(
  release: Pick<Release, 'name' | 'shownBy'>,
  played: readonly Played[],
  steps: number,
): Expected {
  const share = (holds: (one: Played) => boolean): number => played.filter(holds).length / played.length
  const stops = played.filter(({ end }) => end !== 'promoted')
  const minutes = stops.map(({ lengths }) => lengths.reduce((sum, length) => sum + length, 0))
  const half = minutes.toSorted((a, b) => a - b)[Math.floor((minutes.length - 1) / 2)]
  return {
    release: release.name,
    ...(release.shownBy && { shownBy: release.shownBy }),
    promoted: share(({ end }) => end === 'promoted'),
    aborted: share(({ end }) => end === 'aborted'),
    asked: share(({ end }) => end === 'asked'),
    stoppedBy: Array.from({ length: steps }, (_, step) =>
      share(({ end, lengths }) => end !== 'promoted' && lengths.length <= step + 1),
    ),
    ...(half !== undefined && { minutesToStop: half }),
  }
}
