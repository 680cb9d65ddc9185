import type { Outcome, Reason, Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'

/** The verdict with another answer, its reasons first; what would have been answered without them stays in the summary. */
export function overrule(before: Verdict, outcome: Outcome, reasons: readonly Reason[]): Verdict {
  const texts = reasons.map(({ text }) => text).join('; ')
  return {
    ...before,
    verdict: outcome,
    summary: oneLine(`${outcome}: ${texts}; else ${before.summary}`),
    reasons: [...reasons, ...before.reasons],
  }
}
