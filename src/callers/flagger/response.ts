import type { Outcome } from '../../engine/model/verdict.ts'
import { AppError } from '../../errors.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import { plainLine } from '../../http/problems/plain-line.ts'
import type { Answer } from '../../http/route.ts'

/** The hooks that are answered with a verdict. */
export type JudgedHook = 'rollout' | 'confirm-traffic-increase' | 'confirm-promotion' | 'rollback'

// Flagger reads any status above 202 as failed, so a pass is 200. Other 4xx than 429 it shows in an Event and never
// repeats within a tick.
const go = 200
const refused = 412
const tooEarly = 425
const noRollback = 409

const statuses: Readonly<
  Record<Exclude<JudgedHook, 'rollback'>, Readonly<Record<Outcome, 200 | 412 | 425>>>
> = {
  rollout: { pass: go, fail: refused, inconclusive: go },
  'confirm-traffic-increase': { pass: go, fail: refused, inconclusive: tooEarly },
  'confirm-promotion': { pass: go, fail: refused, inconclusive: tooEarly },
}

export function toAnswer(hook: Exclude<JudgedHook, 'rollback'>, judgement: Judgement): Answer {
  refuseOverload(judgement)
  const { verdict, summary, links } = judgement
  return line(statuses[hook][verdict], `${summary}; ${links.verdict}`)
}

/** `failedBefore`: the fail was known before this look, so that the rollout hook has had the time to give its reason. */
export function toRollbackAnswer(judgement: Judgement, failedBefore: boolean): Answer {
  refuseOverload(judgement)
  const { summary, links, verdict, judged } = judgement
  if (wantsRollback(judgement, failedBefore)) return line(go, `roll back: ${summary}; ${links.verdict}`)
  const soon = verdict === 'fail' && judged === 'fail'
  return noRollbackLine(soon ? `not before a rollout hook: ${summary}` : summary)
}

/** One line of plain text, which is what Flagger puts into an Event. */
export function line(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', content: plainLine(text) }
}

export const noRollbackLine = (why: string): Answer => line(noRollback, `no rollback: ${why}`)
export const tooEarlyLine = (why: string): Answer => line(tooEarly, why)

/**
 * A 200 would roll back at once. So it takes proof of harm, a person, or a policy that says what the end of a hold
 * means; a rule that answers `fail` for want of data stops the rollout by failed checks, which Flagger counts itself.
 */
function wantsRollback({ verdict, judged, reasons }: Judgement, failedBefore: boolean): boolean {
  if (verdict !== 'fail') return false
  return (
    (judged === 'fail' && failedBefore) ||
    reasons.some(({ code }) => code === 'rejected' || code === 'hold-expired')
  )
}

const retryAfterSeconds = 2

/** Worth asking again at once; what is known all the same, such as an earlier fail, is answered. */
function refuseOverload({ verdict, reasons }: Judgement): void {
  const overloaded = reasons.find(({ code }) => code === 'overloaded')
  if (verdict !== 'inconclusive' || overloaded === undefined) return
  throw new AppError('overloaded', overloaded.text, { retryAfter: retryAfterSeconds })
}
