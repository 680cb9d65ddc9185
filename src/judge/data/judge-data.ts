import { analyze, type HistoryMemory } from '../../engine/index.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { FetchedData, Run, Step } from '../ports/ports.ts'
import { writeSteps } from './write-steps.ts'

/** By what the data of a look are judged. */
export interface Yardstick {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly policy: Policy
}

/** All that judging a look needs. */
export interface LookData extends Yardstick {
  readonly data: Recording | FetchedData
}

export interface JudgedData {
  readonly verdict: Verdict
  /** The data with the steps that had begun. */
  readonly recording: Recording
  /** These steps, in the recording's order. */
  readonly steps: readonly Step[]
  /** Until when another look at the same run would see the same data; 0 = the next look asks the source again. */
  readonly validUntil: number
}

/** The shortest time after its end in which any source settles a slice. */
export const soonestSettledMs = 15_000

/** Judges the data of a look. The same arguments give the same result, in any thread; `memory` only saves time. */
export function judgeData(
  fetched: Recording,
  { run, steps, policy }: Yardstick,
  memory?: HistoryMemory,
): JudgedData {
  const planned = writeSteps(fetched, run, steps)
  const { recording } = planned
  const verdict = analyze(recording, policy, recording.slices - 1, memory)
  return {
    ...planned,
    verdict: withProblems(withRealSteps(verdict, planned.steps), recording),
    validUntil: validUntil(recording),
  }
}

/** The engine counts the steps in the recording; this puts back the index of the caller's plan. */
function withRealSteps(verdict: Verdict, steps: readonly Step[]): Verdict {
  const { step, ...rest } = verdict
  const real = step === undefined ? undefined : steps[step.index]
  if (step === undefined || real === undefined) return verdict
  const { weight: _weight, next: _next, ...others } = step
  return {
    ...rest,
    step: {
      ...others,
      index: real.index,
      ...(real.weight !== undefined && { weight: real.weight }),
      ...(real.next !== undefined && { next: real.next }),
    },
  }
}

/** Before the first slice of a rollout no metric can report the problems of the source, so they are added here. */
function withProblems(verdict: Verdict, { problems = [] }: Recording): Verdict {
  const [first] = problems
  if (first === undefined || verdict.metrics.length > 0) return verdict
  // the engine already lists the problems
  return { ...verdict, summary: oneLine(`${verdict.verdict}: ${first.text}`) }
}

/** A source in trouble may recover at any moment. */
function validUntil({ problems = [], start, slices, sliceSeconds }: Recording): number {
  if (problems.some(({ code }) => code.startsWith('source-'))) return 0
  return Date.parse(start) + (slices + 1) * sliceSeconds * 1000 + soonestSettledMs
}
