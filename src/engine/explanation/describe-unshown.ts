import { costOf } from '../decision/affordable.ts'
import { odds } from '../decision/rules/pass-no-sign-of-harm.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { requiredMetrics } from '../decision/required-metrics.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { PlannedStep } from '../model/rollout-plan.ts'
import { count } from '../model/words.ts'
import { describeHarm } from './describe-harm.ts'

/** "no sign of harm in 1,204 canary requests; not ruled out: errors up to 2.1 times, p95 up to 9% slower" */
export function describeUnshown(run: RunEvidence, t: number, found = 'no sign of harm'): string {
  const metrics = requiredMetrics(run)
  const open = metrics.map((metric) => kindOf(metric.policy).notRuledOut(metric.policy, metric.numbers(t)))
  const bounds = open.length > 0 ? `; not ruled out: ${open.join(', ')}` : ''
  return `${found}${seen(metrics, t)}${bounds}`
}

/** " in 1,204 canary requests" */
export function seen(metrics: readonly MetricEvidence[], t: number): string {
  const most = Math.max(0, ...metrics.map((metric) => metric.numbers(t).canary.of ?? 0))
  return most > 0 ? ` in ${count(most)} canary ${most === 1 ? 'request' : 'requests'}` : ''
}

/** "a sign of harm, odds 11 to 1: p95 about 26% slower" */
export function describeSign(metric: MetricEvidence, t: number): string {
  const found = odds(metric, t)
  const shown = found >= 1000 ? 'over 1,000' : found >= 10 ? String(Math.round(found)) : found.toPrecision(2)
  return `a sign of harm, odds ${shown} to 1: ${describeHarm(metric, 'worse', t)}`
}

export function describeCost(run: RunEvidence, metric: MetricEvidence, step: PlannedStep, t: number): string {
  const { name } = metric.policy
  const cost = costOf(run, metric, step, t)
  if (cost === undefined) return name
  return `${name}: the next step could still bring ${count(cost.worst)} bad outcomes more than stable, the budget is ${count(cost.allowed)}`
}
