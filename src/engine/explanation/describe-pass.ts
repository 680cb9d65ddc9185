import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { kindOf } from '../kinds/kinds.ts'
import { marginFactor } from '../model/margins.ts'
import type { Policy } from '../model/policy.ts'

/** How bad one metric can still be: what has been ruled out, which is at least what lies beyond the margin. */
export function describePass(
  metric: MetricEvidence,
  policy: Policy,
  next: number,
  t: number,
): string | undefined {
  // else, or without requests of both arms at a time, it is the canary's own rate that was shown
  const byRatio = (): boolean => (metric.passP(next, t) ?? 1) <= policy.missedHarm
  const own = metric.policy
  return kindOf(own).ruledOut(own, metric.numbers(t), marginFactor(policy, next), byRatio)
}
