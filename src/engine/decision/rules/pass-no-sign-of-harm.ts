import { isAffordable } from '../affordable.ts'
import type { RunEvidence } from '../gather.ts'
import { requiredMetrics } from '../required-metrics.ts'
import type { Moment } from './moment.ts'
import type { MetricEvidence } from '../../evidence/metric-evidence.ts'
import { marginFactor } from '../../model/margins.ts'
import type { PlannedStep } from '../../model/rollout-plan.ts'
import { valueAt } from '../../model/value-at.ts'

/**
 * Whether no required metric shows a sign of harm, and the harm that is not ruled out for the next step is affordable.
 */
export function hasNoSignOfHarm({ run, t }: Moment, step: PlannedStep): boolean {
  return requiredMetrics(run).every(
    (metric) => !showsSign(run, metric, step, t) && isAffordable(run, metric, step, t),
  )
}

/**
 * Whether the odds for harm are too high to go on. The more traffic the next step puts at risk, the lower the odds may
 * be.
 */
export function showsSign(
  { policy }: RunEvidence,
  metric: MetricEvidence,
  { next }: Pick<PlannedStep, 'next'>,
  t: number,
): boolean {
  return metric.doubt !== undefined && odds(metric, t) >= policy.odds * marginFactor(policy, next)
}

/** The odds for harm after the data, if they were even before. */
export function odds({ doubt }: MetricEvidence, t: number): number {
  return doubt === undefined ? 1 : Math.exp(Math.min(valueAt(doubt, t), LARGEST_LOG))
}

const LARGEST_LOG = 690
