import type { Outcome } from '../../engine/model/verdict.ts'
import { AppError } from '../../errors.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import { plainLine } from '../../http/problems/plain-line.ts'
import type { Answer } from '../../http/route.ts'

/** The hooks whose answer is a verdict. */
export type JudgedHook = 'rollout' | 'confirm-traffic-increase' | 'confirm-promotion' | 'rollback'

// Flagger reads any status above 202 as failed, so a pass is 200. It shows any 4xx but 429 in an Event and does not
// repeat the call within an interval.
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
  return line(statuses[hook][judgement.verdict], withLink(judgement))
}

/**
 * Whether the fail or the reject was known before this look, so that another hook has already given Flagger its
 * reason.
 */
interface Shown {
  readonly fail: boolean
  readonly reject: boolean
}

export function toRollbackAnswer(judgement: Judgement, shown: Shown): Answer {
  refuseOverload(judgement)
  const { summary, verdict, judged } = judgement
  if (wantsRollback(judgement, shown)) return line(go, `roll back: ${withLink(judgement)}`)
  const soon = verdict === 'fail' && (judged === 'fail' || isRejected(judgement))
  return noRollbackLine(soon ? `not before a hook gave the reason to Flagger: ${summary}` : summary)
}

const withLink = ({ summary, links }: Judgement): string =>
  [summary, ...(links.verdict === undefined ? [] : [links.verdict])].join('; ')

/** One line of plain text, which is what Flagger puts into an Event. */
export function line(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', content: plainLine(text) }
}

export const noRollbackLine = (why: string): Answer => line(noRollback, `no rollback: ${why}`)
export const tooEarlyLine = (why: string): Answer => line(tooEarly, why)

/**
 * A 200 would roll back at once. So it needs proof of harm, a person's decision, or a policy that says what the end of
 * a hold means. A rule that answers `fail` because data are missing stops the rollout by failed checks, which Flagger
 * counts itself.
 */
function wantsRollback(judgement: Judgement, shown: Shown): boolean {
  const { verdict, judged, reasons } = judgement
  if (verdict !== 'fail') return false
  return (
    (judged === 'fail' && shown.fail) ||
    (isRejected(judgement) && shown.reject) ||
    reasons.some(({ code }) => code === 'hold-expired')
  )
}

const isRejected = ({ reasons }: Judgement): boolean => reasons.some(({ code }) => code === 'rejected')

const retryAfterSeconds = 2

/**
 * Refuses an overloaded look, so that Flagger tries again at once. What is known without a look, such as an earlier
 * fail, is answered.
 */
function refuseOverload({ verdict, reasons }: Judgement): void {
  const overloaded = reasons.find(({ code }) => code === 'overloaded')
  if (verdict !== 'inconclusive' || overloaded === undefined) return
  throw new AppError('overloaded', overloaded.text, { retryAfter: retryAfterSeconds })
}
