import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { Outcome, Verdict } from '../../engine/model/verdict.ts'
import type { SliceOutcomes } from '../../engine/index.ts'

/** The engine: all looks at once, and one look in full. */
export interface Engine {
  outcomesBySlice(recording: Recording, policy: Policy): SliceOutcomes
  analyze(recording: Recording, policy: Policy, at: number): Verdict
}

export interface ReplayedLook {
  /** The last slice included. */
  readonly at: number
  readonly judged: Outcome
  readonly verdict: Outcome
  readonly score?: number
  readonly summary?: string
}

export interface Replayed {
  readonly id: string | number | null
  /** The verdict at the last slice. */
  readonly final: Outcome
  /** The slice of the first fail. */
  readonly firstFail: number | null
  readonly passedSteps: SliceOutcomes['passedSteps']
  /** The looks at which the verdict changed; with the option every look, with score and summary. */
  readonly looks: readonly ReplayedLook[]
}

/** The verdicts after every slice of a rollout. */
export function replayRecording(
  recording: Recording,
  {
    policy,
    engine,
    allLooks,
  }: { readonly policy: Policy; readonly engine: Engine; readonly allLooks: boolean },
): Replayed {
  const { looks, firstFail, passedSteps } = engine.outcomesBySlice(recording, policy)
  const inFull = (look: ReplayedLook): ReplayedLook => {
    const { score, summary } = engine.analyze(recording, policy, look.at)
    return { ...look, score, summary }
  }
  return {
    id: recording.id ?? null,
    // a recording that ends where the rollout starts has no look
    final: looks.at(-1)?.verdict ?? 'inconclusive',
    firstFail: firstFail ?? null,
    passedSteps,
    looks: allLooks ? looks.map(inFull) : changes(looks),
  }
}

function changes(looks: SliceOutcomes['looks']): readonly ReplayedLook[] {
  return looks.filter(({ verdict }, index) => verdict !== looks[index - 1]?.verdict)
}
