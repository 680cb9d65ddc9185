import type { MetricContext } from '../../../src/engine/evidence/metric-evidence.ts'
import type { Arm, LatencyData, Pod } from '../../../src/engine/model/recording.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { handMade, policyOf } from './recordings.ts'

export const tableBounds = [0.05, 0.1, 0.2, 0.3, 0.5, 1]

export interface LatencyTable {
  readonly history: number
  readonly slices: number
  readonly stablePods?: number
  readonly canaryPods?: number
  /** The share of requests slower than each bound. */
  readonly shares: (arm: Arm, pod: number, slice: number) => readonly number[]
}

/** A hundred requests or more of every pod in every slice, and how many of them were slower than each bound. */
export function latencyTable(options: LatencyTable): {
  readonly data: LatencyData
  readonly pods: readonly Pod[]
} {
  const { history, slices, stablePods = 5, canaryPods = 2, shares } = options
  const pods: readonly Pod[] = [
    ...Array.from({ length: stablePods }, (_, j) => ({ name: `stable-${j}`, arm: 'stable' as const })),
    ...Array.from({ length: canaryPods }, (_, j) => ({ name: `canary-${j}`, arm: 'canary' as const })),
  ]
  const row = (arm: Arm, cell: (k: number) => number): readonly (number | null)[] =>
    Array.from({ length: history + slices }, (_, k) => (arm === 'canary' && k < history ? null : cell(k)))
  return {
    pods,
    data: {
      kind: 'latency',
      bounds: tableBounds,
      total: pods.map(({ arm }, j) => row(arm, () => 1000 + j)),
      above: pods.map(({ arm }, j) =>
        tableBounds.map((_, b) => row(arm, (k) => Math.round(1000 * (shares(arm, j, k)[b] ?? 0)))),
      ),
    },
  }
}

export function latencyContext(
  pods: readonly Pod[],
  options: { readonly history: number; readonly slices: number },
  warmup = 0,
): MetricContext {
  const { history, slices } = options
  const recording = handMade({ history, slices: history + slices })
  return {
    policy: policyOf([{ name: 'p95', kind: 'latency' }]),
    pods,
    window: { start: history, warmup, plan: rolloutPlan(recording, slices) },
    sliceSeconds: 60,
  }
}
