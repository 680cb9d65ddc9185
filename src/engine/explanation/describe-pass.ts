import { dropMargin, ratioMargin, marginFactor } from '../model/margins.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import type { Policy } from '../model/policy.ts'
import { count, percent, times } from '../model/words.ts'

/** How bad one metric can still be: what has been ruled out, which is at least what lies beyond the margin. */
export function describePass(
  metric: MetricEvidence,
  policy: Policy,
  next: number,
  t: number,
): string | undefined {
  const { policy: own } = metric
  const { canary, ratio } = metric.numbers(t)
  // with no error at all the ratio says nothing; the count does
  if (own.kind === 'errors' && canary.events === 0)
    return `no ${own.name} in ${count(canary.of ?? 0)} requests`
  const relieved = marginFactor(policy, next)
  if (own.kind === 'errors' && canary.events !== undefined && !withinRatio(metric, policy, next, t)) {
    return `${own.name} below ${percent(own.absoluteMargin * relieved)} of ${count(canary.of ?? 0)} requests`
  }
  if (ratio === undefined) return undefined
  if (own.kind === 'conversion') {
    const drop = Math.max(Math.min(1 - ratio.low, dropMargin(own, relieved)), 0)
    return `${own.name} at most ${percent(drop)} lower`
  }
  const margin = ratioMargin(own, relieved)
  if (margin === undefined) return undefined
  const most = Math.max(Math.min(ratio.high, margin), 1)
  if (own.kind === 'errors') return `${own.name} at most ${times(most)}`
  return `${own.name} at most ${percent(most - 1)} ${own.kind === 'latency' ? 'slower' : 'higher'}`
}

/** Whether the ratio to stable is what was shown; else, or without requests of both at a time, it is the canary's rate. */
function withinRatio(metric: MetricEvidence, policy: Policy, next: number, t: number): boolean {
  const p = metric.passP(next, t)
  return p !== undefined && p <= policy.missedHarm
}
