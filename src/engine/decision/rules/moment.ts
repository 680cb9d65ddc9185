import type { RunEvidence } from '../gather.ts'
import type { PlannedStep } from '../../model/rollout-plan.ts'

/** What a rule looks at: the evidence of a run at the look that includes slice `t`. */
export interface Moment {
  readonly run: RunEvidence
  readonly t: number
  readonly step?: PlannedStep
  /** The step, if this look is its gate and the step has not passed before. */
  readonly gate?: PlannedStep
  /** Slices of the step with canary traffic past its warm-up. */
  readonly mature: number
}

/** The weight that follows when the step passes. */
export function nextWeight(step: PlannedStep | undefined): number {
  return step?.next ?? 100
}
