import { isRequired } from '../required-metrics.ts'
import type { RunEvidence } from '../gather.ts'
import type { Maturity } from '../maturity.ts'
import type { PlannedStep } from '../../model/rollout-plan.ts'
import type { Outcome } from '../../model/verdict.ts'

/** A key of the policy that gives the answer where the statistics give none. */
export interface AppliedRule {
  readonly rule: 'onInconclusive' | 'onNoData' | 'onSourceDown' | 'hold'
  readonly outcome: Outcome
  /** The hold is still running. */
  readonly held: boolean
}

/** What the policy answers for a step that is undecided at its gate or later. */
export function policyAtGate(
  run: RunEvidence,
  step: PlannedStep | undefined,
  t: number,
  maturityOf: Maturity,
): AppliedRule | undefined {
  if (step === undefined || t < step.ends - 1) return undefined
  const { policy, recording } = run
  const gateT = step.ends - 1
  const rule = keyFor(run, maturityOf(step.from, gateT, t))
  const said = policy[rule]
  if (said === 'proceed') return { rule, outcome: 'pass', held: false }
  if (said === 'fail') return { rule, outcome: 'fail', held: false }
  const expired = (t - gateT) * recording.sliceSeconds >= policy.hold.forSeconds
  if (!expired) return { rule, outcome: 'inconclusive', held: true }
  const wasSeen = maturityOf(0, t, t) > 0
  const after = { ask: 'inconclusive', proceed: wasSeen ? 'pass' : 'inconclusive', fail: 'fail' } as const
  return { rule: 'hold', outcome: after[policy.hold.then], held: false }
}

function keyFor(run: RunEvidence, mature: number): 'onInconclusive' | 'onNoData' | 'onSourceDown' {
  const required = run.obstacles.filter(({ metric }) => isRequired(run, metric))
  if (required.some(({ reason }) => reason.code.startsWith('source-'))) return 'onSourceDown'
  return mature === 0 ? 'onNoData' : 'onInconclusive'
}
