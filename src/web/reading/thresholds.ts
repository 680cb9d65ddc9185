import { type MetricKind, type Policy, series, type Recording } from '../../engine/index.ts'
import { plainData } from '../../engine/model/data-columns.ts'
import type { MetricData } from '../../engine/model/recording.ts'

export interface Thresholds {
  readonly failsAt?: number
  readonly passesAt: number
}

/** Which evidence decides, by metric. It follows from the policy and the number of gates, whatever the data. */
export function thresholds(policy: Policy, gates: number | undefined): ReadonlyMap<string, Thresholds> {
  const even: Recording = {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '1970-01-01T00:00:00Z',
    slices: 2,
    rolloutStart: 1,
    ...(gates !== undefined && { gates }),
    ...(gates !== undefined && gates > 0 && { steps: [{ slice: 1, ends: 2, weight: 5 }] }),
    pods: [
      { name: 'canary', arm: 'canary' },
      { name: 'stable', arm: 'stable' },
    ],
    metrics: Object.fromEntries(policy.metrics.map(({ name, kind }) => [name, alike(kind)])),
  }
  return new Map(
    series(even, policy).metrics.map(({ name, failsAt, passesAt }) => [
      name,
      { passesAt, ...(failsAt !== undefined && { failsAt }) },
    ]),
  )
}

/** A slice of history and one of the rollout, the same in a pod of each arm: evidence of nothing. */
const most = [
  [null, 100],
  [100, 100],
] as const
const half = [
  [null, 50],
  [50, 50],
] as const
/** Requests of 100 that are slower than each bound; some of the bounds are near any quantile. */
const slower = [90, 50, 20, 10, 5, 2, 1, 0]
const histogram: MetricData = {
  kind: 'latency',
  bounds: slower.map((_, index) => index + 1),
  above: [slower.map((count) => [null, count]), slower.map((count) => [count, count])],
  total: most,
}

function alike(kind: MetricKind): MetricData {
  return kind === 'latency' ? histogram : plainData[kind]([half, most])
}
