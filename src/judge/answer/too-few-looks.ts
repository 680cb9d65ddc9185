import type { Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Step } from '../ports/ports.ts'
import type { NamedStep } from '../model/judge-request.ts'

/** A step begins up to a slice after its first look, and its last slice is settled a scrape after its end. */
const looksBeyondStep = 4

/** Says so where the caller will have stopped asking, once a minute, before the step's end can be judged. */
export function tooFewLooks(
  verdict: Verdict,
  named: NamedStep | undefined,
  steps: readonly Step[],
): Verdict | undefined {
  const lasts = named && (named.minutes ?? plannedMinutes(steps.find(({ index }) => index === named.index)))
  if (named?.looks === undefined || lasts === undefined) return undefined
  const needed = Math.ceil(lasts) + looksBeyondStep
  if (named.looks >= needed) return undefined
  const looks = named.looks === 1 ? '1 look is' : `${named.looks} looks are`
  const text = `${looks} planned for a step of ${lasts} minutes, ${needed} are needed to see its end`
  const { verdict: outcome, summary } = verdict
  return {
    ...verdict,
    // There are callers that show the summary alone, and this matters where the looks may run out.
    summary: outcome === 'inconclusive' ? oneLine(`${summary}; ${text}`) : summary,
    reasons: [...verdict.reasons, { code: 'few-looks', text }],
  }
}

const plannedMinutes = (step: Step | undefined): number | undefined =>
  step && Math.round((step.endsAt - step.startedAt) / 60_000)
