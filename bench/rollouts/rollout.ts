import type { Recording } from '../../src/engine/model/recording.ts'
import { noises } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../src/simulate/simulated-rollout.ts'
import { type RolloutCell, rolloutEffects } from './cells.ts'
import { plans } from './plans.ts'

/** One simulated rollout. What happens in it depends on how long its steps last. */
export interface Rollout {
  readonly cell: RolloutCell
  /** The recording when the steps that have begun last these numbers of minutes. The same minutes give the same counts. */
  recording(lengths: readonly number[]): Recording
}

const bounds = [0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2]
const service = { ...rolloutDefaults.service, latencyBounds: bounds }

export function makeRollout(cell: RolloutCell, seed: string): Rollout {
  const known = new Map<string, Recording>()
  return {
    cell,
    recording: (lengths) => {
      const key = lengths.join(' ')
      const before = known.get(key)
      if (before !== undefined) return before
      const made = make(cell, seed, lengths)
      known.set(key, made)
      return made
    },
  }
}

function make(cell: RolloutCell, seed: string, lengths: readonly number[]): Recording {
  const { weights, minutes } = plans[cell.plan]
  const recording = simulateRollout({
    seed,
    history: cell.history,
    stablePods: cell.pods,
    plan: lengths.map((length, i) => {
      const weight = weights[i] ?? 0
      return { weight, minutes: length, pods: canaryPods(cell.pods, weight) }
    }),
    traffic: { rps: cell.rps, podSd: 0 },
    service: { ...service, errorRate: cell.base },
    noise: noises[cell.noise],
    effect: rolloutEffects[cell.effect],
    podLabels: cell.labels,
  })
  // a step that lasts longer or shorter keeps its planned length
  const steps = (recording.steps ?? []).map((step, i) => ({
    ...step,
    ends: step.slice + (minutes[i] ?? 0),
    next: weights[i + 1] ?? 100,
  }))
  return { ...recording, gates: weights.length, steps }
}

/** As many canary pods as the share of the traffic needs. */
export function canaryPods(stable: number, weight: number): number {
  const least = stable >= 10 ? 2 : 1
  return Math.min(stable, Math.max(least, Math.round((stable * weight) / 50)))
}
