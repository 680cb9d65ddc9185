import type { Policy } from '../../engine/model/policy.ts'
import type { Outcome, ReasonCode, Verdict } from '../../engine/model/verdict.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { Decision } from '../ports/ports.ts'
import { overrule } from './overrule.ts'

/** Applies the decisions of people to a verdict. Precedence: reject, fail, hold, approve, then the verdict itself. */
export function applyDecisions(verdict: Verdict, decisions: readonly Decision[], policy: Policy): Verdict {
  const latest = (kind: Decision['kind']): Decision | undefined =>
    decisions.findLast((decision) => decision.kind === kind)
  const reject = latest('reject')
  if (reject !== undefined) return decided(verdict, 'fail', 'rejected', reject)
  const hold = latest('hold')
  const override = decisions.findLast(({ kind, override: beats }) => kind === 'approve' && beats)
  // in mode pause a fail is answered `inconclusive` but is still a fail to overrule; in mode observe nothing fails
  const fails = verdict.verdict === 'fail' || verdict.judged === 'fail'
  const failed = fails && policy.mode !== 'observe'
  if (failed && override === undefined) return verdict
  if (hold !== undefined) return failed ? verdict : decided(verdict, 'inconclusive', 'held', hold)
  const approve = failed ? override : latest('approve')
  if (approve !== undefined) {
    return verdict.verdict === 'pass' ? verdict : decided(verdict, 'pass', 'approved', approve)
  }
  return policy.approval === 'hybrid' ? askPerson(verdict, policy) : verdict
}

function decided(before: Verdict, outcome: Outcome, code: ReasonCode, decision: Decision): Verdict {
  // text direction marks could make a reason look like its opposite
  const text = `${code} by ${decision.by}: ${decision.reason}`.replaceAll(/\p{Cf}/gu, '')
  return overrule(before, outcome, [{ code, text }])
}

/** With hybrid approval a person, not a rule at the gate, answers when the judge cannot. */
function askPerson(verdict: Verdict, policy: Policy): Verdict {
  const rules = verdict.reasons.some(
    ({ code }) => code === 'gate-policy' || code === 'hold-expired' || code === 'held',
  )
  if (policy.mode === 'observe' || verdict.judged !== 'inconclusive' || !rules) return verdict
  const text = 'the policy wants a person to decide what the judge cannot'
  return {
    ...verdict,
    verdict: 'inconclusive',
    summary:
      verdict.verdict === 'inconclusive'
        ? verdict.summary
        : oneLine(`inconclusive: waits for a person; the rule said ${verdict.summary}`),
    reasons: [{ code: 'approval-needed', text }, ...verdict.reasons],
  }
}
