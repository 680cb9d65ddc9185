import { plannedSeconds } from '../model/planned-seconds.ts'
import type { PlannedStep } from '../model/rollout-plan.ts'
import type { RunEvidence } from './gather.ts'

/** The step of a look. Where the caller names no steps, the whole rollout is one, as long as the policy plans it. */
export function stepOf(
  { plan, policy, recording }: RunEvidence,
  step: PlannedStep | undefined,
): PlannedStep | undefined {
  if (step !== undefined || plan.gates > 0) return step
  const seconds = plannedSeconds(policy, { index: 0, of: 1 }, recording.sliceSeconds)
  // a slice may be so short that their number is infinite
  const ends = Math.min(Math.ceil(seconds / recording.sliceSeconds), Number.MAX_SAFE_INTEGER)
  return { index: 0, from: 0, ends, weight: 0, next: 100 }
}
