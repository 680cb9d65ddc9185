import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import type { MetricPolicy } from '../model/policy.ts'
import type { RunEvidence } from './gather.ts'

/**
 * The metrics that must all pass before a step passes: the required ones, or where none is required, all that are
 * judged.
 */
export function requiredMetrics(run: RunEvidence): readonly MetricEvidence[] {
  return run.metrics.filter(({ policy }) => isRequired(run, policy))
}

/** Whether a required metric has no data. */
export function lacksRequired(run: RunEvidence): boolean {
  return run.obstacles.some(({ metric }) => isRequired(run, metric))
}

export function isRequired({ policy: { metrics } }: RunEvidence, metric: MetricPolicy): boolean {
  if (metrics.some(({ required }) => required)) return metric.required
  return metrics.every(({ watch }) => watch) ? false : !metric.watch
}
