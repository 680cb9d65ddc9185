import type { MetricEvidence } from '../evidence/metric-evidence.ts'

/** Why a metric that may decide lets no step pass now; undefined where it does not stand in the way. */
export function heldBy(metric: MetricEvidence, t: number): string | undefined {
  return metric.policy.watch ? undefined : metric.holds?.(t)
}
