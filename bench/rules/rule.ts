import type { Policy } from '../../src/engine/model/policy.ts'
import type { Recording } from '../../src/engine/model/recording.ts'

/** What a rule does with a rollout. */
export interface Ruling {
  /** The slice after which it aborts. */
  readonly failAt?: number
  /** The steps that it passed, each with the slice of the look that passed it. */
  readonly passed: readonly { readonly weight: number; readonly slice: number }[]
}

export type Rule = (recording: Recording, policy: Policy) => Ruling

/** For rules without "inconclusive": a rollout that has not failed by the end of a step passes the step. */
export function untilFailure(recording: Recording, failAt: number | undefined): Ruling {
  const passed = (recording.steps ?? [])
    .filter((step) => failAt === undefined || step.ends - 1 < failAt)
    .map((step) => ({ weight: step.weight, slice: step.ends - 1 }))
  return failAt === undefined ? { passed } : { failAt, passed }
}

/** The first slice of the rollout after which `fails` holds. */
export function firstSlice(recording: Recording, fails: (slice: number) => boolean): number | undefined {
  for (let slice = recording.rolloutStart; slice < recording.slices; slice++) if (fails(slice)) return slice
  return undefined
}
