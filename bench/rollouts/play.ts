import { type Decided, decidePath } from '../../src/engine/decision/decide.ts'
import { gatherEvidence, type RunEvidence } from '../../src/engine/decision/gather.ts'
import type { Policy } from '../../src/engine/model/policy.ts'
import { type Plan, plans } from './plans.ts'
import type { Rollout } from './rollout.ts'

/** How a rollout went under a rule. */
export interface Played {
  readonly end: 'promoted' | 'aborted' | 'asked'
  /** How long each step that began lasted, in minutes. */
  readonly lengths: readonly number[]
}

/** How long a step waits for a bit more, before it is simulated to the end of its hold. */
const FIRST_WAIT = 3

/**
 * Plays a rollout as a controller does: a look a minute, a step ends with the look that passes it, a fail aborts, and
 * what has not passed when the hold is over waits for a person. A step that goes otherwise than was thought is
 * simulated anew from there on.
 */
export function play(rollout: Rollout, policy: Policy, judge: Judge): Played {
  const plan = plans[rollout.cell.plan]
  const hold = policy.hold.forSeconds / 60
  let lengths: readonly number[] = plan.minutes
  for (;;) {
    const path = judge(rollout, lengths, policy)
    const next = compare(path, lengths, plan, hold)
    if ('end' in next) return next
    lengths = next.lengths
  }
}

export type Judge = (rollout: Rollout, lengths: readonly number[], policy: Policy) => readonly Decided[]

function compare(
  path: readonly Decided[],
  lengths: readonly number[],
  { minutes }: Plan,
  hold: number,
): Played | { readonly lengths: readonly number[] } {
  let from = 0
  for (const [i, length] of lengths.entries()) {
    const looks = path.slice(from, from + length)
    const ended = looks.findIndex(({ judged }) => judged !== 'inconclusive')
    const before = lengths.slice(0, i)
    if (ended >= 0 && looks[ended]?.judged === 'fail')
      return { end: 'aborted', lengths: [...before, ended + 1] }
    if (ended >= 0 && ended < length - 1) return { lengths: [...before, ended + 1, ...minutes.slice(i + 1)] }
    if (ended < 0) {
      const most = (minutes[i] ?? 0) + hold
      if (length >= most) return { end: 'asked', lengths: [...before, length] }
      return {
        lengths: [
          ...before,
          Math.min(most, length < (minutes[i] ?? 0) + FIRST_WAIT ? length + FIRST_WAIT : most),
        ],
      }
    }
    from += length
  }
  if (lengths.length < minutes.length) return { lengths: [...lengths, ...minutes.slice(lengths.length)] }
  return { end: 'promoted', lengths }
}

/** What the engine decides, look by look; policies that differ in `pass` alone share the evidence. */
export function engineJudge(): Judge {
  const known = new Map<string, RunEvidence>()
  return (rollout, lengths, policy) => {
    const strict = policy.pass === 'strict' ? 'strict ' : ''
    const key = `${strict}${lengths.join(' ')}`
    const recording = rollout.recording(lengths)
    const run = known.get(key) ?? gatherEvidence(recording, policy, recording.slices - 1)
    known.set(key, run)
    return decidePath({ ...run, policy })
  }
}
