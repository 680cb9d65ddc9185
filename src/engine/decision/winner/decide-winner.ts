import { answerTo, type Decided } from '../decide.ts'
import type { RunEvidence } from '../gather.ts'
import { heldBy } from '../held.ts'
import { maturity } from '../maturity.ts'
import type { Outcome, WinnerAnswer } from '../../model/verdict.ts'

/**
 * Which arm is better, look by look. `forward` are the decisions on the canary, `opposite` those with the arms
 * exchanged. A canary that is worse in something fails, whatever else it is better in, and the fail stays.
 */
export function decideWinner(
  run: RunEvidence,
  forward: readonly Decided[],
  opposite: readonly Decided[],
): readonly Decided[] {
  const maturityOf = maturity(run)
  const looks: Decided[] = []
  for (const [t, look] of forward.entries()) {
    const other = opposite[t]
    if (other === undefined) break
    const { passedAt: _at, passedBy: _by, rule: _rule, failedByRule: _failed, ...facts } = look
    const before = looks.at(-1)
    const answer = answerOf(run, look, other)
    const judged = outcomes[answer]
    const earlier = before?.step?.index === look.step?.index ? before?.passedAt : undefined
    looks.push({
      ...facts,
      ...answerTo(judged, { run, t, step: look.step, maturityOf }, before),
      winner: { answer, opposite: other },
      ...(judged === 'pass' && { passedAt: earlier ?? t }),
    })
  }
  return looks
}

const outcomes: Readonly<Record<WinnerAnswer, Outcome>> = {
  'canary-better': 'pass',
  'no-difference': 'pass',
  'stable-better': 'fail',
  'each-better': 'fail',
  undecided: 'inconclusive',
}

function answerOf(run: RunEvidence, look: Decided, opposite: Decided): WinnerAnswer {
  const stableIsWorse = opposite.failed !== undefined
  if (look.failed !== undefined) return stableIsWorse ? 'each-better' : 'stable-better'
  // what a better metric gains must not hide another one that is worse
  const holdsUp = look.shownAt !== undefined && !run.metrics.some((metric) => heldBy(metric, look.t))
  if (!holdsUp) return 'undecided'
  if (stableIsWorse) return 'canary-better'
  return opposite.shownAt === undefined ? 'undecided' : 'no-difference'
}
