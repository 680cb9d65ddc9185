import type { Decided } from '../../../src/engine/decision/decide.ts'
import type { Component } from '../../../src/engine/decision/error-budget.ts'
import type { Obstacle, RunEvidence } from '../../../src/engine/decision/gather.ts'
import type {
  AbsoluteRule,
  MetricEvidence,
  MetricNumbers,
} from '../../../src/engine/evidence/metric-evidence.ts'
import type { MetricPolicy, Policy } from '../../../src/engine/model/policy.ts'
import type { RecordedStep, SourceProblem } from '../../../src/engine/model/recording.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import type { Arms } from '../../../src/engine/counts/slices.ts'
import type { Reason } from '../../../src/engine/model/verdict.ts'
import { handMade } from './recordings.ts'

/** The evidence of one metric, given and not computed. E-values are by slice; a missing one is 1. */
export interface MadeMetric {
  readonly harm?: readonly number[]
  readonly pass?: readonly number[] | 'nothing to show'
  /** The P-values at gates. */
  readonly harmP?: (t: number) => number | undefined
  readonly passP?: (t: number) => number | undefined
  readonly judgeableFrom?: number
  readonly rules?: readonly AbsoluteRule[]
  readonly canaryPods?: readonly number[]
  readonly numbers?: MetricNumbers | ((t: number) => MetricNumbers)
  readonly notes?: readonly Reason[]
  readonly traffic?: Arms
  readonly minutesToPass?: number
  readonly minutesToFail?: number
  /** The odds for harm. */
  readonly doubt?: readonly number[]
  readonly worst?: MetricEvidence['worst']
  readonly holds?: (t: number) => string | undefined
  readonly stablePods?: readonly number[]
}

export interface MadeRun {
  readonly slices?: number
  /** The number of slices of history before the rollout, each of a minute. The recording starts at 10:00. */
  readonly history?: number
  readonly steps?: readonly RecordedStep[]
  readonly metrics?: Readonly<Record<string, MadeMetric>>
  readonly obstacles?: readonly Obstacle[]
  readonly components?: readonly Component[]
  readonly problems?: readonly SourceProblem[]
}

export const arm = (events: number, of: number): MetricNumbers['canary'] => ({
  events,
  of,
  value: events / of,
})
export const interval = (
  estimate: number,
  low: number,
  high: number,
): NonNullable<MetricNumbers['ratio']> => ({
  estimate,
  low,
  high,
})
/** E-values that are `before` until slice `t`, and this value from there on. */
export const from = (t: number, value: number, before = 1): readonly number[] =>
  Array.from({ length: 60 }, (_, k) => (k < t ? before : value))

export function madeMetric(policy: MetricPolicy, made: MadeMetric = {}, slices = 12): MetricEvidence {
  const path = (values: readonly number[] = []): Float64Array =>
    Float64Array.from({ length: slices }, (_, t) => Math.log(values[t] ?? 1))
  const podsOf = (pods: readonly number[] = []): Float64Array =>
    Float64Array.from({ length: slices }, (_, t) => pods[t] ?? 1)
  const { numbers = { canary: {}, stable: {} }, pass } = made
  return {
    policy,
    judgeableFrom: made.judgeableFrom ?? 0,
    harm: path(made.harm),
    rules: made.rules ?? [],
    pass: () => (pass === 'nothing to show' ? undefined : path(pass)),
    harmP: (t) => made.harmP?.(t),
    passP: (_next, t) => made.passP?.(t),
    canaryCounts: podsOf(made.canaryPods),
    stableCounts: podsOf(made.stablePods ?? made.canaryPods),
    hasCanary: true,
    hasStable: true,
    notes: made.notes ?? [],
    numbers: typeof numbers === 'function' ? numbers : () => numbers,
    minutesToPass: () => made.minutesToPass,
    minutesToFail: () => made.minutesToFail,
    ...(made.traffic === undefined ? {} : { traffic: made.traffic }),
    ...(made.doubt === undefined ? {} : { doubt: path(made.doubt) }),
    ...(made.worst === undefined ? {} : { worst: made.worst }),
    ...(made.holds === undefined ? {} : { holds: made.holds }),
  }
}

/** A run in which every metric of the policy has data. Metrics that `metrics` does not name have no evidence. */
export function madeRun(policy: Policy, made: MadeRun = {}): RunEvidence {
  const { slices = 12, history = 0, obstacles = [] } = made
  const base = handMade({
    history,
    slices: history + slices,
    ...(made.steps === undefined ? {} : { steps: made.steps }),
  })
  const recording = made.problems === undefined ? base : { ...base, problems: made.problems }
  const missing = new Set(obstacles.map(({ metric }) => metric.name))
  const metrics = policy.metrics
    .filter(({ name }) => !missing.has(name))
    .map((metric) => madeMetric(metric, made.metrics?.[metric.name], slices))
  const weight = 1 / policy.metrics.length
  return {
    recording,
    policy,
    plan: rolloutPlan(recording, slices),
    metrics,
    obstacles,
    components:
      made.components ??
      metrics.map((metric) => ({ metric: metric.policy.name, rule: 'worse', weight, harm: metric.harm })),
    gateWeights: new Map(policy.metrics.map(({ name }) => [name, weight])),
  }
}

/** A look without any result, except for the given fields. */
export function madeLook(other: Partial<Decided> = {}): Decided {
  return {
    t: 5,
    judged: 'inconclusive',
    verdict: 'inconclusive',
    logHarm: 0,
    logThreshold: Math.log(40),
    atGate: false,
    mature: 6,
    bothFailing: false,
    ...other,
  }
}
