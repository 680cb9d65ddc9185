import type { MetricKind, Policy } from '../../engine/model/policy.ts'

/** The kinds that the simulation has data for, and that are forecast. */
export const plannedKinds: readonly MetricKind[] = ['errors', 'latency', 'conversion']

/** A policy with those of its metrics that can be planned. */
export const plannedPart = (policy: Policy): Policy => ({
  ...policy,
  metrics: policy.metrics.filter(({ kind }) => plannedKinds.includes(kind)),
})
