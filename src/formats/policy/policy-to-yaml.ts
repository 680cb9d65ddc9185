import { stringify } from 'yaml'
import type { MetricPolicy, Policy } from '../../engine/model/policy.ts'
import { toDuration } from './amounts.ts'

/** A policy with every default written out; `parsePolicy` reads the same policy from it. */
export function policyToYaml(policy: Policy): string {
  const {
    slice,
    historySeconds,
    warmupSeconds,
    stepSeconds,
    rolloutSeconds,
    budget,
    soakSeconds,
    hold,
    metrics,
    ...same
  } = policy
  const written = {
    ...same,
    slice: slice === 'auto' ? slice : toDuration(slice.seconds),
    history: toDuration(historySeconds),
    warmup: toDuration(warmupSeconds),
    step: stepSeconds === 'auto' ? 'auto' : toDuration(stepSeconds),
    rollout: toDuration(rolloutSeconds),
    budget: {
      ...(budget.outcomes === undefined ? {} : { outcomes: budget.outcomes }),
      ...(budget.slo === undefined ? {} : { slo: budget.slo.objective, of: budget.slo.of }),
    },
    soak: toDuration(soakSeconds),
    hold: { for: toDuration(hold.forSeconds), then: hold.then },
    metrics: metrics.map(writeMetric),
  }
  return stringify(written, { lineWidth: 0, version: '1.2' })
}

/** A watched metric always has weight 0 and is never required, so these are not written. */
function writeMetric(metric: MetricPolicy): object {
  const { watch, required, weight, ...rest } = metric
  if (watch) return { ...rest, watch }
  return weight === undefined ? { ...rest, required } : { ...rest, required, weight }
}
