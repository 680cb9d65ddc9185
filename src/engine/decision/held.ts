import type { MetricEvidence } from '../evidence/metric-evidence.ts'

/** Why this metric stops every step from passing now; undefined where it does not. Watched metrics never do. */
export function heldBy(metric: MetricEvidence, t: number): string | undefined {
  return metric.policy.watch ? undefined : metric.holds?.(t)
}
