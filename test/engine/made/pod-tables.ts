import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import type { Arm, RecordedStep } from '../../../src/engine/model/recording.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import type { SliceWindow } from '../../../src/engine/counts/slices.ts'
import { handMade } from './recordings.ts'

/** The counts of one pod over a whole recording. */
export function podOf(
  arm: Arm,
  events: readonly number[],
  requests: readonly number[],
  aggregate = false,
): PodCounts {
  return {
    name: arm,
    arm,
    aggregate,
    events: Float64Array.from(events),
    requests: Float64Array.from(requests),
    sampled: new Float64Array(requests.length).fill(1),
  }
}

/** A rollout of `slices` slices from slice `start` of the recording on. Steps are given in slices of the recording. */
export function windowOf(
  start: number,
  slices: number,
  warmup = 0,
  steps?: readonly RecordedStep[],
): SliceWindow {
  const recording = handMade({ history: start, slices: start + slices, ...(steps ? { steps } : {}) })
  return { start, warmup, plan: rolloutPlan(recording, slices) }
}
