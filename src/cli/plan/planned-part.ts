import type { MetricKind, Policy } from '../../engine/model/policy.ts'
import { parsePolicyObject } from '../../formats/policy/parse-policy.ts'

/** The kinds that the simulation has data for, and that are forecast. */
export const plannedKinds: readonly MetricKind[] = ['errors', 'latency', 'conversion']

/** A policy with those of its metrics that can be planned. */
export const plannedPart = (policy: Policy): Policy => ({
  ...policy,
  metrics: policy.metrics.filter(({ kind }) => plannedKinds.includes(kind)),
})

/** The policy of a plan that names none. */
export function usualPolicy(hasConversion = false): Policy {
  const metrics = [
    { name: 'errors', kind: 'errors' },
    { name: 'p95', kind: 'latency', quantile: 0.95 },
    ...(hasConversion ? [{ name: 'conversion', kind: 'conversion' }] : []),
  ]
  return parsePolicyObject({ name: 'default', metrics }).policy
}
