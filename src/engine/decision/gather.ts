import { conversionEvidence, errorsEvidence, type MetricContext } from '../kinds/count-evidence.ts'
import { gaugeMetric } from '../kinds/gauge-metric.ts'
import { latencyEvidence } from '../kinds/latency-evidence.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { evidenceShares, gateShares, type MetricPolicy, type Policy } from '../model/policy.ts'
import type { Recording } from '../model/recording.ts'
import { type RolloutPlan, rolloutPlan } from '../model/rollout-plan.ts'
import type { Reason } from '../model/verdict.ts'

/** One e-value with its share of the error budget. */
export interface Component {
  readonly metric: string
  readonly rule: 'worse' | 'crash' | 'limit'
  readonly weight: number
  readonly harm: Float64Array
}

/** All that is known of a rollout up to a slice. */
export interface RunEvidence {
  readonly recording: Recording
  readonly policy: Policy
  readonly plan: RolloutPlan
  readonly metrics: readonly MetricEvidence[]
  /** Metrics of the policy that cannot be judged, and why. */
  readonly obstacles: readonly Obstacle[]
  readonly components: readonly Component[]
  /** Share of a gate's level by metric. */
  readonly gateWeights: ReadonlyMap<string, number>
}

export interface Obstacle {
  readonly metric: MetricPolicy
  readonly reason: Reason
}

export function gatherEvidence(recording: Recording, policy: Policy, at: number): RunEvidence {
  const slices = Math.max(at + 1 - recording.rolloutStart, 0)
  const plan = rolloutPlan(recording, slices)
  const warmup = Math.ceil(policy.warmupSeconds / recording.sliceSeconds)
  const window = { start: recording.rolloutStart, plan, warmup }
  const context: MetricContext = {
    policy,
    pods: recording.pods,
    window,
    sliceSeconds: recording.sliceSeconds,
  }
  const metrics: MetricEvidence[] = []
  const obstacles: Obstacle[] = []
  for (const metric of policy.metrics) {
    const found = metricEvidence(metric, recording, context)
    if ('code' in found) obstacles.push({ metric, reason: found })
    else metrics.push(found)
  }
  return {
    recording,
    policy,
    plan,
    metrics,
    obstacles,
    components: components(policy, metrics, slices),
    gateWeights: gateWeights(policy),
  }
}

function metricEvidence(
  metric: MetricPolicy,
  recording: Recording,
  context: MetricContext,
): MetricEvidence | Reason {
  const data = recording.metrics[metric.name]
  if (data === undefined) return missing(metric, recording)
  if (metric.kind === 'errors' && data.kind === 'errors') return errorsEvidence(metric, data, context)
  if (metric.kind === 'latency' && data.kind === 'latency') return latencyEvidence(metric, data, context)
  if (metric.kind === 'conversion' && data.kind === 'conversion')
    return conversionEvidence(metric, data, context)
  if (metric.kind === 'gauge' && data.kind === 'gauge') return gaugeMetric(metric, data, context)
  const text = `${metric.name}: expected ${metric.kind} in the recording, got ${data.kind}`
  return { code: 'metric-missing', metric: metric.name, text }
}

/** The source's own account of why, where it gave one. */
function missing(metric: MetricPolicy, recording: Recording): Reason {
  const problem = recording.problems?.find((candidate) => candidate.metric === metric.name)
  if (problem !== undefined) return { code: problem.code, metric: metric.name, text: problem.text }
  const whole = recording.problems?.find((candidate) => candidate.metric === undefined)
  if (whole !== undefined) return { code: whole.code, metric: metric.name, text: whole.text }
  return { code: 'metric-missing', metric: metric.name, text: `${metric.name}: not in the recording` }
}

/** Weights come from the policy alone, never from the data: a silent metric keeps its share. */
function components(
  policy: Policy,
  metrics: readonly MetricEvidence[],
  slices: number,
): readonly Component[] {
  const judged = policy.metrics.filter((metric) => !metric.watch)
  const rules = judged.flatMap((metric) => rulesOf(metric).map((rule) => ({ metric, rule })))
  const harmOf = (name: string, rule: Component['rule']): Float64Array => {
    const evidence = metrics.find((candidate) => candidate.policy.name === name)
    const path =
      rule === 'worse' ? evidence?.harm : evidence?.rules.find((candidate) => candidate.rule === rule)?.harm
    if (path === undefined || evidence === undefined) return new Float64Array(slices)
    return evidence.judgeableFrom > 0 ? path.slice().fill(0, 0, evidence.judgeableFrom) : path
  }
  const raw = [
    ...judged.map((metric) => ({
      metric: metric.name,
      rule: 'worse' as const,
      weight: metric.weight ?? evidenceShares[metric.kind] / countOfKind(judged, metric.kind),
    })),
    ...rules.map(({ metric, rule }) => ({
      metric: metric.name,
      rule,
      weight: evidenceShares.absolute / rules.length,
    })),
  ]
  const total = raw.reduce((sum, { weight }) => sum + weight, 0)
  return raw.map(({ metric, rule, weight }) => ({
    metric,
    rule,
    weight: total > 0 ? weight / total : 0,
    harm: harmOf(metric, rule),
  }))
}

function rulesOf(metric: MetricPolicy): readonly ('crash' | 'limit')[] {
  const limit = metric.kind !== 'conversion' && metric.limit !== undefined ? (['limit'] as const) : []
  return metric.kind === 'errors' ? ['crash', ...limit] : limit
}

function gateWeights(policy: Policy): ReadonlyMap<string, number> {
  const judged = policy.metrics.filter((metric) => !metric.watch)
  const raw = judged.map((metric) => ({
    name: metric.name,
    weight: gateShares[metric.kind] / countOfKind(judged, metric.kind),
  }))
  const total = raw.reduce((sum, { weight }) => sum + weight, 0)
  return new Map(raw.map(({ name, weight }) => [name, total > 0 ? weight / total : 0]))
}

function countOfKind(metrics: readonly MetricPolicy[], kind: MetricPolicy['kind']): number {
  return metrics.filter((metric) => metric.kind === kind).length
}
