import type { AbsoluteRule, MetricEvidence } from '../evidence/metric-evidence.ts'
import { kindOf, kinds } from '../kinds/kinds.ts'
import type { MetricPolicy, Policy } from '../model/policy.ts'
import { gateShare, type PlannedStep, type RolloutPlan } from '../model/rollout-plan.ts'

/**
 * How α, the chance of failing a healthy canary, and β, the chance of passing a harmful one, are divided. With gates,
 * the looks between them get half of α and the gates the other half; without gates the looks get all. The gates get
 * most of β, because a step is planned to be judged at its end.
 */
const PATH_FAIL_SHARE = 0.5
const GATE_PASS_SHARE = 0.8
const PATH_PASS_SHARE = 0.2
/** The part of that budget for crashes and limits; the kinds of metrics share the rest. */
export const ABSOLUTE_SHARE = 0.05

interface Judged {
  readonly policy: Policy
  readonly plan: RolloutPlan
}

/** The value that ln e of all harm together must reach for a fail between gates. */
export function failThreshold({ policy, plan }: Judged): number {
  return -Math.log(policy.falseAbort * (plan.gates > 0 ? PATH_FAIL_SHARE : 1))
}

/** The p-value that a metric with this share of the gate's level must reach for a fail at the gate. */
export function gateFailLevel({ policy, plan }: Judged, gate: PlannedStep): number {
  return policy.falseAbort * (1 - PATH_FAIL_SHARE) * gateShare(plan, gate)
}

/** The value that ln e must reach for a pass between gates. */
export function passThreshold({ policy, plan }: Judged): number {
  return -Math.log(policy.missedHarm * (plan.gates > 0 ? PATH_PASS_SHARE : 1))
}

/** The p-value of being worse than the margin that is small enough for a pass at a gate. */
export function gatePassLevel({ policy }: Judged): number {
  return policy.missedHarm * GATE_PASS_SHARE
}

/** One e-value with its share of `falseAbort`. */
export interface Component {
  readonly metric: string
  readonly rule: 'worse' | AbsoluteRule['rule']
  readonly weight: number
  readonly harm: Float64Array
}

/** Weights come from the policy alone, never from the data: a metric without data keeps its share. */
export function components(
  policy: Policy,
  metrics: readonly MetricEvidence[],
  slices: number,
): readonly Component[] {
  const judged = policy.metrics.filter((metric) => !metric.watch)
  const rules = judged.flatMap((metric) =>
    kindOf(metric)
      .absoluteRules(metric)
      .map((rule) => ({ metric, rule })),
  )
  const raw = [
    ...judged.map((metric) => ({
      metric: metric.name,
      rule: 'worse' as const,
      weight: metric.weight ?? kinds[metric.kind].evidenceShare / countOfKind(judged, metric.kind),
    })),
    ...rules.map(({ metric, rule }) => ({
      metric: metric.name,
      rule,
      weight: ABSOLUTE_SHARE / rules.length,
    })),
  ]
  return shared(raw).map(({ metric, rule, weight }) => ({
    metric,
    rule,
    weight,
    harm: harmOf(metrics, metric, rule) ?? new Float64Array(slices),
  }))
}

/** Each metric's share of a gate's level, by name. */
export function gateWeights(policy: Policy): ReadonlyMap<string, number> {
  const judged = policy.metrics.filter((metric) => !metric.watch)
  const raw = judged.map(({ name, kind }) => ({
    name,
    weight: kinds[kind].gateShare / countOfKind(judged, kind),
  }))
  return new Map(shared(raw).map(({ name, weight }) => [name, weight]))
}

/** The same weights, scaled so that their sum is 1. */
function shared<Weighted extends { readonly weight: number }>(raw: readonly Weighted[]): readonly Weighted[] {
  const total = raw.reduce((sum, { weight }) => sum + weight, 0)
  return raw.map((one) => ({ ...one, weight: total > 0 ? one.weight / total : 0 }))
}

function harmOf(
  metrics: readonly MetricEvidence[],
  name: string,
  rule: Component['rule'],
): Float64Array | undefined {
  const evidence = metrics.find((candidate) => candidate.policy.name === name)
  const path =
    rule === 'worse' ? evidence?.harm : evidence?.rules.find((candidate) => candidate.rule === rule)?.harm
  const from = evidence?.judgeableFrom ?? 0
  return path !== undefined && from > 0 ? path.slice().fill(0, 0, from) : path
}

function countOfKind(metrics: readonly MetricPolicy[], kind: MetricPolicy['kind']): number {
  return metrics.filter((metric) => metric.kind === kind).length
}
