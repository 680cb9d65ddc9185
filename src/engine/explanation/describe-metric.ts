import type { Culprit } from '../decision/attribute.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { requiredMetrics } from '../decision/required-metrics.ts'
import type { MetricEvidence, MetricNumbers } from '../evidence/metric-evidence.ts'
import { kindOf } from '../kinds/kinds.ts'
import { requestsVsStable } from '../kinds/words-of-arms.ts'
import { marginFactor } from '../model/margins.ts'
import type { Policy } from '../model/policy.ts'
import { sentences } from './sentences.ts'

/** What is wrong with one metric, with the numbers of slice `t`. */
export function describeHarm(
  metric: MetricEvidence,
  rule: Culprit['rule'],
  t: number,
  by: 'path' | 'gate' = 'gate',
): string {
  const { policy } = metric
  const kind = kindOf(policy)
  if (rule === 'worse') return kind.worse(policy, numbersOf(metric, t, by))
  const found = metric.rules.find((candidate) => candidate.rule === rule)
  const numbers = found?.numbers(t) ?? metric.numbers(t)
  if (rule === 'crash') return sentences.crashing(policy.name, requestsVsStable(numbers))
  return kind.overLimit?.(policy, numbers) ?? sentences.overLimit(policy.name)
}

/** A gate judges what the verdict shows anyway; evidence between gates may rest on other numbers. */
function numbersOf(metric: MetricEvidence, t: number, by: 'path' | 'gate'): MetricNumbers {
  return by === 'path' ? (metric.harmNumbers?.(t) ?? metric.numbers(t)) : metric.numbers(t)
}

/** How bad one metric can still be after a pass, which has at least ruled out what is worse than the margin. */
export function describePass(
  metric: MetricEvidence,
  policy: Policy,
  next: number,
  t: number,
): string | undefined {
  // false where the canary's own rate was shown to be low enough, or the arms had no requests at the same time
  const byRatio = (): boolean => (metric.passP(next, t) ?? 1) <= policy.missedHarm
  const own = metric.policy
  return kindOf(own).ruledOut(own, metric.numbers(t), marginFactor(policy, next), byRatio)
}

/** "no sign of harm in 1,204 canary requests; not ruled out: errors up to 2.1 times, p95 up to 9% slower" */
export function describeUnshown(run: RunEvidence, t: number, found: string): string {
  const metrics = requiredMetrics(run)
  const open = metrics.map((metric) => kindOf(metric.policy).notRuledOut(metric.policy, metric.numbers(t)))
  return sentences.notShown(found, canaryRequests(metrics, t), open)
}

/** The most that any of the metrics counts. */
export function canaryRequests(metrics: readonly MetricEvidence[], t: number): number {
  return Math.max(0, ...metrics.map((metric) => metric.numbers(t).canary.of ?? 0))
}
