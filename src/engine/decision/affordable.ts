import type { MetricEvidence, WorstCase } from '../evidence/metric-evidence.ts'
import type { PlannedStep } from '../model/rollout-plan.ts'
import type { RunEvidence } from './gather.ts'

/** Twice as many bad outcomes as usual would hardly be noticed in ten minutes. */
const USUAL_TIMES = 2
const MONTH_MINUTES = 30 * 24 * 60

/** The bad outcomes that the next step may bring at worst, and those that the budget allows. */
export interface Cost {
  readonly worst: number
  readonly allowed: number
}

/** Undefined where a metric cannot say what it costs. */
export function costOf(
  run: RunEvidence,
  metric: MetricEvidence,
  step: PlannedStep,
  t: number,
): Cost | undefined {
  const worst = metric.worst?.(step.next, t, step.ends - step.from)
  return worst === undefined ? undefined : { worst: worst.excess, allowed: allowed(run, metric, worst) }
}

export function isAffordable(
  run: RunEvidence,
  metric: MetricEvidence,
  step: PlannedStep,
  t: number,
): boolean {
  const cost = costOf(run, metric, step, t)
  return cost === undefined || cost.worst <= cost.allowed
}

/** An objective is about failures; for slow requests only the number of outcomes counts. */
function allowed({ policy }: RunEvidence, metric: MetricEvidence, worst: WorstCase): number {
  const { outcomes, slo } = policy.budget
  const number = outcomes === undefined ? Infinity : Math.max(outcomes, USUAL_TIMES * worst.usual)
  if (slo === undefined || metric.policy.kind !== 'errors') return number
  return Math.min(number, slo.of * (1 - slo.objective) * worst.requestsPerMinute * MONTH_MINUTES)
}
