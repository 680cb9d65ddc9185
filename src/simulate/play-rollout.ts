import type { Outcome } from '../engine/model/verdict.ts'

/** How a rollout went. */
export interface Played {
  readonly end: 'promoted' | 'aborted' | 'asked'
  /** How long each step that began lasted, in looks. */
  readonly lengths: readonly number[]
}

/**
 * Plays a rollout as a controller does: a look a slice, the look that passes a step ends it, a fail aborts, and a step
 * that has not passed when its hold is over waits for a person. `judge` gives the verdicts when the steps that have
 * begun last so long.
 */
export function playRollout(
  judge: (lengths: readonly number[]) => readonly Outcome[],
  { planned, hold }: { readonly planned: readonly number[]; readonly hold: number },
): Played {
  let lengths = planned
  for (let step = 0, from = 0; step < planned.length; step += 1) {
    const before = lengths.slice(0, step)
    const judgeStep = (length: number): readonly Outcome[] => {
      const all = [...before, length, ...lengths.slice(step + 1)]
      return judge(all).slice(from, from + length)
    }
    let looks = judgeStep(planned[step] ?? 0)
    // Most steps end as planned; only those that do not are simulated to the end of their hold.
    if (looks.every(isUndecided)) looks = judgeStep((planned[step] ?? 0) + hold)
    const ended = looks.findIndex((look) => !isUndecided(look))
    if (ended < 0) return { end: 'asked', lengths: [...before, looks.length] }
    if (looks[ended] === 'fail') return { end: 'aborted', lengths: [...before, ended + 1] }
    lengths = [...before, ended + 1, ...planned.slice(step + 1)]
    from += ended + 1
  }
  return { end: 'promoted', lengths }
}

const isUndecided = (outcome: Outcome): boolean => outcome === 'inconclusive'
