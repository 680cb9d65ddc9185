import { decidePath } from './decision/decide-path.ts'
import type { Decided } from './decision/decide.ts'
import { gatherEvidence } from './decision/gather.ts'
import type { Policy } from './model/policy.ts'
import type { Recording } from './model/recording.ts'
import type { Outcome } from './model/verdict.ts'

/** The verdict at the look that includes slice `at` of the recording. */
export interface Look {
  readonly at: number
  readonly judged: Outcome
  readonly verdict: Outcome
}

export interface SliceOutcomes {
  /** One look for every slice of the rollout. */
  readonly looks: readonly Look[]
  /** The slice of the first `fail` that was answered. */
  readonly firstFail?: number
  /** The first `pass` of each step, by the weight it was judged at. */
  readonly passedSteps: readonly { readonly weight: number; readonly slice: number }[]
}

/** All looks of a rollout at once: the same verdicts as `analyze` after each slice. */
export function outcomesBySlice(recording: Recording, policy: Policy): SliceOutcomes {
  const evidence = gatherEvidence(recording, policy, recording.slices - 1)
  const decided = decidePath(evidence)
  const { rolloutStart } = recording
  const firstFail = decided.findIndex((look) => look.verdict === 'fail')
  return {
    looks: decided.map((look, t) => ({ at: rolloutStart + t, judged: look.judged, verdict: look.verdict })),
    ...(firstFail < 0 ? {} : { firstFail: rolloutStart + firstFail }),
    passedSteps: passedSteps(decided, rolloutStart),
  }
}

function passedSteps(
  decided: readonly Decided[],
  rolloutStart: number,
): readonly { readonly weight: number; readonly slice: number }[] {
  const passed = new Map<number, { weight: number; slice: number }>()
  decided.forEach(({ verdict, step }, t) => {
    if (verdict !== 'pass' || step === undefined || passed.has(step.index)) return
    passed.set(step.index, { weight: step.weight, slice: rolloutStart + t })
  })
  return [...passed.values()]
}
