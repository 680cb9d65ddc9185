import { type Component, components, gateWeights } from './error-budget.ts'
import { kindOf } from '../kinds/kinds.ts'
import { exchangeArms } from './winner/exchange-arms.ts'
import type { MetricContext, MetricEvidence } from '../evidence/metric-evidence.ts'
import { createSharedBounds } from '../evidence/shared-bounds.ts'
import type { HistoryMemory } from '../noise/history-memory.ts'
import type { MetricPolicy, Policy } from '../model/policy.ts'
import { type Recording, sourceRemarkCodes } from '../model/recording.ts'
import { type RolloutPlan, rolloutPlan } from '../model/rollout-plan.ts'
import type { Reason } from '../model/verdict.ts'

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
  /** Under `decide: winner`, the same rollout with the arms exchanged. */
  readonly opposite?: RunEvidence
}

export interface Obstacle {
  readonly metric: MetricPolicy
  readonly reason: Reason
}

/**
 * Under `decide: winner` each direction gets half of `falseAbort`. Only what is shown counts, and the margins are those
 * of the policy at every step: the answer is about the two arms, not about what the next step puts at risk.
 */
export function gatherEvidence(
  recording: Recording,
  policy: Policy,
  at: number,
  memory?: HistoryMemory,
): RunEvidence {
  if (policy.decide !== 'winner') return gatherHarm(recording, policy, at, memory)
  const half = {
    ...policy,
    falseAbort: policy.falseAbort / 2,
    pass: 'strict',
    riskProportional: false,
  } as const
  const opposite = gatherHarm(exchangeArms(recording), half, at, memory)
  return { ...gatherHarm(recording, half, at, memory), opposite }
}

/** The evidence that the canary is worse. */
function gatherHarm(
  recording: Recording,
  policy: Policy,
  at: number,
  memory: HistoryMemory | undefined,
): RunEvidence {
  const slices = Math.max(at + 1 - recording.rolloutStart, 0)
  const plan = rolloutPlan(recording, slices)
  const warmup = Math.ceil(policy.warmupSeconds / recording.sliceSeconds)
  const window = {
    start: recording.rolloutStart,
    plan,
    warmup,
    learnsOn: policy.pass !== 'strict' || policy.decide === 'winner',
  }
  const context: MetricContext = {
    policy,
    pods: recording.pods,
    window,
    sliceSeconds: recording.sliceSeconds,
    memory,
    shared: createSharedBounds(),
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
  if (metric.kind === data.kind) return kindOf(metric).evidence(metric, data, context)
  const text = `${metric.name}: expected ${metric.kind} in the recording, got ${data.kind}`
  return { code: 'metric-missing', metric: metric.name, text }
}

const REMARKS: ReadonlySet<string> = new Set(sourceRemarkCodes)

/** Why a metric has no data: the problem that the source reports, if there is one. */
function missing(metric: MetricPolicy, recording: Recording): Reason {
  const problem = recording.problems?.find(
    ({ code, metric: name }) => name === metric.name && !REMARKS.has(code),
  )
  if (problem !== undefined) return { code: problem.code, metric: metric.name, text: problem.text }
  const whole = recording.problems?.find(({ code, metric: name }) => name === undefined && !REMARKS.has(code))
  if (whole !== undefined) return { code: whole.code, metric: metric.name, text: whole.text }
  return { code: 'metric-missing', metric: metric.name, text: `${metric.name}: not in the recording` }
}
