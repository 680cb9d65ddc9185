import type { Culprit } from '../decision/attribute.ts'
import type { MetricEvidence, MetricNumbers } from '../evidence/metric-evidence.ts'
import { kindOf } from '../kinds/kinds.ts'
import { requestsVsStable } from '../kinds/words-of-arms.ts'

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
  if (rule === 'crash') return `${policy.name} ${requestsVsStable(numbers)}, crashing`
  return kind.overLimit?.(policy, numbers) ?? `${policy.name} over the limit`
}

/** A gate judges what is shown anyway; evidence along the path may come from elsewhere. */
function numbersOf(metric: MetricEvidence, t: number, by: 'path' | 'gate'): MetricNumbers {
  return by === 'path' ? (metric.harmNumbers?.(t) ?? metric.numbers(t)) : metric.numbers(t)
}
