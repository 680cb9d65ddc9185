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

/**
 * Plays a rollout as a controller does: there is a look every minute, a step ends with the look that passes it, a fail
 * aborts, and a step that has not passed when the hold is over waits for a person. When a step lasts longer or shorter
 * than guessed, the rollout is simulated anew from there on; no look depends on what comes after it.
 */
export function play(rollout: Rollout, policy: Policy, judge: Judge): Played {
  const guess = guessing(plans[rollout.cell.plan], policy)
  let lengths = guess.from(0)
  for (;;) {
    const path = judge(rollout, lengths, policy)
    const next = compare(path, lengths, guess)
    if ('end' in next) return next
    lengths = next.lengths
  }
}

export type Judge = (rollout: Rollout, lengths: readonly number[], policy: Policy) => readonly Decided[]

/** A guess how long the steps will last, in minutes. */
interface Guess {
  readonly steps: number
  /** For step `i` and the steps after it, as far as a guess is useful. */
  from(i: number): readonly number[]
  /** The longest time that step `i` can last, with the hold. */
  most(i: number): number
}

/** Under `strict` most steps wait until the hold ends; otherwise most end as planned. */
function guessing({ minutes }: Plan, { pass, hold }: Policy): Guess {
  const most = (i: number): number => (minutes[i] ?? 0) + hold.forSeconds / 60
  const from = (i: number): readonly number[] => (pass === 'strict' ? [most(i)] : minutes.slice(i))
  return { steps: minutes.length, from, most }
}

function compare(
  path: readonly Decided[],
  lengths: readonly number[],
  guess: Guess,
): Played | { readonly lengths: readonly number[] } {
  let from = 0
  for (const [i, length] of lengths.entries()) {
    const looks = path.slice(from, from + length)
    const ended = looks.findIndex(({ judged }) => judged !== 'inconclusive')
    const before = lengths.slice(0, i)
    if (ended >= 0 && looks[ended]?.judged === 'fail')
      return { end: 'aborted', lengths: [...before, ended + 1] }
    if (ended < 0 && length >= guess.most(i)) return { end: 'asked', lengths: [...before, length] }
    if (ended < 0) return { lengths: [...before, guess.most(i)] }
    if (ended < length - 1) return goOn([...before, ended + 1], guess)
    from += length
  }
  return goOn(lengths, guess)
}

/** The rollout is promoted when the step that ended was the last one; otherwise the next step begins. */
function goOn(lengths: readonly number[], guess: Guess): Played | { readonly lengths: readonly number[] } {
  if (lengths.length === guess.steps) return { end: 'promoted', lengths }
  return { lengths: [...lengths, ...guess.from(lengths.length)] }
}

/** Lets the engine decide each look. Policies that differ only in `pass` share the evidence. */
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
