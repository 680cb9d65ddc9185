import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { type Engine, type Replayed, replayRecording } from '../replay/replay-recording.ts'

/** What would have become of a past rollout. */
export interface JudgedPast {
  readonly id: string | number | null
  /** RFC 3339. */
  readonly start: string
  readonly minutes: number
  readonly steps: readonly { readonly weight: number; readonly minutes: number }[]
  /** `passed`: every step. `asked`: neither failed nor passed, so that a person would have been asked. */
  readonly outcome: 'aborted' | 'passed' | 'asked'
  /** Minutes from the start to the look that decided, or to the last one. */
  readonly after: number
  readonly why: string
  /** As `replay` writes it for the same recording. */
  readonly replayed: Replayed
}

/** Judges a recording as `replay` does. The rollout has the steps that it had, whatever the verdicts would have been. */
export function judgePast(recording: Recording, policy: Policy, engine: Engine): JudgedPast {
  const { rolloutStart, slices, sliceSeconds, steps = [] } = recording
  const replayed = replayRecording(recording, { policy, engine, allLooks: false })
  const minutes = (count: number): number => (count * sliceSeconds) / 60
  const { outcome, at } = outcomeOf(replayed, recording)
  const hasLook = slices > rolloutStart
  return {
    id: replayed.id,
    start: new Date(Date.parse(recording.start) + rolloutStart * sliceSeconds * 1000).toISOString(),
    minutes: minutes(slices - rolloutStart),
    steps: steps.map(({ slice, ends, weight }) => ({ weight, minutes: minutes(ends - slice) })),
    outcome,
    after: minutes(at + 1 - rolloutStart),
    why: hasLook
      ? engine.analyze(recording, policy, at).summary
      : 'the recording ends where the rollout starts',
    replayed,
  }
}

function outcomeOf(
  { firstFail, passedSteps }: Replayed,
  { slices, steps = [] }: Recording,
): { readonly outcome: JudgedPast['outcome']; readonly at: number } {
  const lastPass = passedSteps.at(-1)?.slice ?? slices
  const passed = passedSteps.length > 0 && passedSteps.length >= steps.length
  // after the last pass no look follows
  if (firstFail !== null && !(passed && lastPass < firstFail)) return { outcome: 'aborted', at: firstFail }
  return passed ? { outcome: 'passed', at: lastPass } : { outcome: 'asked', at: slices - 1 }
}
