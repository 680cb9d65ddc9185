import { type GaugeEvidence, gaugeEvidence } from '../../../src/engine/kinds/gauge/gauge-evidence.ts'
import { gaugeLevels } from '../../../src/engine/kinds/gauge/gauge-levels.ts'
import { gaugeMetric } from '../../../src/engine/kinds/gauge/gauge-metric.ts'
import type { MetricEvidence } from '../../../src/engine/evidence/metric-evidence.ts'
import type { GaugePolicy, Policy } from '../../../src/engine/model/policy.ts'
import type { GaugeData, Pod, RecordedStep, Sample } from '../../../src/engine/model/recording.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import type { SliceWindow } from '../../../src/engine/counts/slices.ts'
import type { Reason } from '../../../src/engine/model/verdict.ts'
import { handMade, policyOf } from './recordings.ts'

export const [HISTORY, SLICES] = [60, 75]
export type Level = (pod: number, slice: number) => Sample

/** Sixty slices of history and fifteen of the rollout, except for the given fields. */
export interface MadeGaugeRun {
  readonly history?: number
  readonly policy?: Policy
  readonly stablePods?: number
  readonly stable?: Level
  /** The levels of the canary, also before the rollout. */
  readonly canary?: Level
  readonly steps?: readonly RecordedStep[]
}

export const memory = (metric: object = {}, other: object = {}): Policy =>
  policyOf([{ name: 'memory', kind: 'gauge', tolerance: '10%', ...metric }], other)

export const usual: Level = (j, k) => 100 * Math.exp(0.02 * j + 0.03 * Math.sin(5 * j + 3 * k))
export const higher: Level = (j, k) => (k < HISTORY ? null : 130 * Math.exp(0.03 * Math.sin(2 * j + k)))

interface Setting {
  readonly data: GaugeData
  readonly pods: readonly Pod[]
  readonly window: SliceWindow
  readonly policy: Policy
  readonly metric: GaugePolicy
}

export function settingOf(made: MadeGaugeRun): Setting {
  const { history = HISTORY, stablePods = 5, stable = usual, canary = higher } = made
  const base = handMade({ history, slices: SLICES, stablePods, canaryPods: 2 })
  const recording = made.steps === undefined ? base : { ...base, steps: made.steps }
  const value = base.pods.map(({ arm }, j) =>
    Array.from({ length: SLICES }, (_, k) => (arm === 'stable' ? stable(j, k) : canary(j - stablePods, k))),
  )
  const policy = made.policy ?? memory({ margin: '30%' })
  const [metric] = policy.metrics
  if (metric?.kind !== 'gauge') throw new Error('expected a gauge')
  const plan = rolloutPlan(recording, SLICES - history)
  return {
    data: { kind: 'gauge', value },
    pods: base.pods,
    window: { start: history, plan, warmup: 3 },
    policy,
    metric,
  }
}

/** The evidence of the metric `memory` from five stable pods and two canary pods, or from the given data. */
export function found(made: MadeGaugeRun = {}): MetricEvidence | Reason {
  const { data, metric, ...context } = settingOf(made)
  return gaugeMetric(metric, data, { ...context, sliceSeconds: 60 })
}

export function judged(made: MadeGaugeRun = {}): MetricEvidence {
  const evidence = found(made)
  if ('code' in evidence) throw new Error(evidence.text)
  return evidence
}

/** The evidence from which that of the metric is made. */
export function evidenceOf(made: MadeGaugeRun = {}): GaugeEvidence {
  const { data, pods, window } = settingOf(made)
  const levels = gaugeLevels(data, pods, window.start)
  if (levels === undefined) throw new Error('expected levels')
  return gaugeEvidence(levels, window, 60)
}
