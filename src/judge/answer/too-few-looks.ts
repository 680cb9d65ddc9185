import type { Policy } from '../../engine/model/policy.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Step } from '../ports/ports.ts'
import type { NamedStep } from '../model/judge-request.ts'

/** A step begins up to a slice after its first look, and its last slice is settled a scrape after its end. */
const looksBeyondStep = 4

/**
 * Adds a reason where the caller, with one look a minute, will stop before the end of the step can be judged or the
 * hold is over.
 */
export function tooFewLooks(
  verdict: Verdict,
  named: NamedStep | undefined,
  steps: readonly Step[],
  policy: Policy,
): Verdict | undefined {
  const lasts = named && (named.minutes ?? plannedMinutes(steps.find(({ index }) => index === named.index)))
  if (named?.looks === undefined || lasts === undefined) return undefined
  const hold = policy.onInconclusive === 'hold' ? Math.ceil(policy.hold.forSeconds / 60) : 0
  const needed = Math.ceil(lasts) + hold + looksBeyondStep
  if (named.looks >= needed) return undefined
  const looks = named.looks === 1 ? '1 look is' : `${named.looks} looks are`
  const text = `${looks} planned for a step of ${lasts} minutes, ${needed} are needed for it${hold > 0 ? ` and a hold of ${hold} minutes` : ''}`
  const { verdict: outcome, summary } = verdict
  return {
    ...verdict,
    // some callers show only the summary, and without this the step would never end for them
    summary:
      outcome === 'inconclusive' && named.looks < needed - hold ? oneLine(`${summary}; ${text}`) : summary,
    reasons: [...verdict.reasons, { code: 'few-looks', text }],
  }
}

const plannedMinutes = (step: Step | undefined): number | undefined =>
  step && Math.round((step.endsAt - step.startedAt) / 60_000)
