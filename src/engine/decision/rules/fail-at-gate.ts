import type { Moment } from './moment.ts'
import { gateFailLevel } from '../error-budget.ts'

/** The metrics that fail the gate: each has a p-value below its share of the gate's level. */
export function failAtGate({ run, t, gate }: Moment): readonly string[] {
  if (gate === undefined) return []
  const level = gateFailLevel(run, gate)
  return run.metrics
    .filter(({ judgeableFrom }) => judgeableFrom <= t)
    .filter((metric) => (metric.harmP(t) ?? 1) <= level * (run.gateWeights.get(metric.policy.name) ?? 0))
    .map(({ policy }) => policy.name)
}
