import { aggregateArms } from '../../src/simulate/aggregate-arms.ts'
import type { Effect } from '../../src/simulate/effect.ts'
import { noises } from '../../src/simulate/noise.ts'
import { type RolloutOptions, simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import type { Recording } from '../../src/engine/index.ts'

/** An experiment: two hours of history of stable, then both arms side by side at one weight. */
export interface Experiment {
  readonly seed: string
  readonly noise: keyof typeof noises
  readonly weight: number
  readonly minutes: number
  readonly rps: number
  readonly pods: readonly [canary: number, stable: number]
  readonly effect: Effect
  readonly history?: number
  readonly podLabels?: boolean
}

export function experiment(options: Experiment): Recording {
  const { seed, noise, weight, minutes, rps, pods, effect, history = 120, podLabels = true } = options
  const [canary, stable] = pods
  const rollout: RolloutOptions = {
    seed,
    history,
    plan: [{ weight, minutes, pods: canary, stablePods: stable }],
    stablePods: stable,
    traffic: { rps, podSd: 0 },
    noise: noises[noise],
    effect,
    metrics: { errors: 'errors', latency: 'p95', conversion: 'conversion' },
  }
  const recording = simulateRollout(rollout)
  return podLabels ? recording : aggregateArms(recording)
}
