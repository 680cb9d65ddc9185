import type { Outcome } from '../engine/model/verdict.ts'

/** How a rollout went. */
export interface Played {
  readonly end: 'promoted' | 'aborted' | 'asked'
  /** How long each step that began lasted, in looks. */
  readonly lengths: readonly number[]
}

/** How long each step is planned to last, and how long it may wait after that, in looks. */
export interface PlannedLooks {
  readonly planned: readonly number[]
  readonly hold: number
  /** Whether most steps wait until the hold ends. It saves work to know; it changes no result. */
  readonly waits?: boolean
}

/**
 * Plays a rollout as a controller does: a look a slice, the look that passes a step ends it, a fail aborts, and a step
 * that has not passed when its hold is over waits for a person. `judge` gives the verdicts when the steps that have
 * begun last so long. When a step lasts longer or shorter than guessed, the rollout is judged anew from there on; no
 * look depends on what comes after it.
 */
export function playRollout(
  judge: (lengths: readonly number[]) => readonly Outcome[],
  plan: PlannedLooks,
): Played {
  let lengths = guessFrom(plan, 0)
  for (;;) {
    const next = compare(judge(lengths), lengths, plan)
    if ('end' in next) return next
    lengths = next.lengths
  }
}

/** The longest time that a step can last. */
const most = ({ planned, hold }: PlannedLooks, step: number): number => (planned[step] ?? 0) + hold

/** A guess how long this step and the steps after it will last, as far as a guess is useful. */
const guessFrom = (plan: PlannedLooks, step: number): readonly number[] =>
  plan.waits === true ? [most(plan, step)] : plan.planned.slice(step)

function compare(
  path: readonly Outcome[],
  lengths: readonly number[],
  plan: PlannedLooks,
): Played | { readonly lengths: readonly number[] } {
  let from = 0
  for (const [i, length] of lengths.entries()) {
    const looks = path.slice(from, from + length)
    const ended = looks.findIndex((look) => look !== 'inconclusive')
    const before = lengths.slice(0, i)
    if (looks[ended] === 'fail') return { end: 'aborted', lengths: [...before, ended + 1] }
    if (ended < 0 && length >= most(plan, i)) return { end: 'asked', lengths: [...before, length] }
    if (ended < 0) return { lengths: [...before, most(plan, i)] }
    if (ended < length - 1) return goOn([...before, ended + 1], plan)
    from += length
  }
  return goOn(lengths, plan)
}

/** The rollout is promoted when the step that ended was the last one; otherwise the next step begins. */
function goOn(
  lengths: readonly number[],
  plan: PlannedLooks,
): Played | { readonly lengths: readonly number[] } {
  if (lengths.length === plan.planned.length) return { end: 'promoted', lengths }
  return { lengths: [...lengths, ...guessFrom(plan, lengths.length)] }
}
