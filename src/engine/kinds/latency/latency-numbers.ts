import type { ChosenBound, StableCurves } from './latency-bounds.ts'
import type { LatencyPolicy } from '../../model/policy.ts'
import type { LatencyData } from '../../model/recording.ts'
import { armTotals } from '../../evidence/count-numbers.ts'
import type { MetricContext, MetricNumbers } from '../../evidence/metric-evidence.ts'
import type { BoundCounts, TestedBound } from '../../evidence/shared-bounds.ts'
import { latencyCounts } from '../../counts/pod-counts.ts'
import { cautiousShareSlowerThan, quantileOf, type ShareCurve, slownessOf } from './share-curve.ts'
import { type Arms, type ArmSlices, sliceArms } from '../../counts/slices.ts'
import type { ArmNumbers, Interval } from '../../model/verdict.ts'

export type BoundTests = ChosenBound & TestedBound

/** What the functions for one latency metric share. */
export interface Latency {
  readonly metric: LatencyPolicy
  readonly data: LatencyData
  readonly context: MetricContext
  readonly curves: StableCurves
  /** The share curve of stable's history. */
  readonly curve: ShareCurve
  readonly main: BoundTests
  testAt(index: number): BoundTests
  /** The counts of both arms at a bound. */
  countsAt(index: number): BoundCounts
}

export function boundCounts(data: LatencyData, { pods, window }: MetricContext, index: number): BoundCounts {
  return withoutPods(sliceArms(latencyCounts(data, pods, index).pods, window))
}

export function withoutPods({ canary, stable }: Arms): BoundCounts {
  const pick = ({ events, requests, pods }: ArmSlices): BoundCounts['canary'] => ({ events, requests, pods })
  return { canary: pick(canary), stable: pick(stable) }
}

/** How many requests were slower than the bound, and how much slower that makes the quantile. */
export function latencyNumbers(latency: Latency, counts: MetricNumbers, t: number): MetricNumbers {
  const { context, main, metric, curves, curve } = latency
  const own = armCurves(latency, t)
  const { start } = context.window
  const stable = curves.over(start - 10, start + t + 1) ?? curve
  const canaryBucket = bucketOf(own.canary, metric.quantile)
  const stableBucket = bucketOf(own.stable, metric.quantile)
  return {
    canary: withQuantile(counts.canary, own.canary, metric.quantile),
    stable: withQuantile(counts.stable, own.stable, metric.quantile),
    ...(counts.ratio === undefined ? {} : { ratio: slowness(stable, main.seconds, counts.ratio) }),
    ...(counts.dispersion === undefined ? {} : { dispersion: counts.dispersion }),
    bounds: [main.seconds],
    bound: main.seconds,
    buckets: {
      ...(canaryBucket === undefined ? {} : { canary: canaryBucket }),
      ...(stableBucket === undefined ? {} : { stable: stableBucket }),
    },
  }

  function withQuantile(arm: ArmNumbers, shares: ShareCurve, quantile: number): ArmNumbers {
    const { value: _share, ...rest } = arm
    const value = quantileOf(shares, quantile)
    return value === undefined ? rest : { ...rest, value }
  }
}

/**
 * Below the lowest bound the distribution is unknown, so the result claims no more than the distance to that bound.
 */
export function slowness(curve: ShareCurve, bound: number, ratio: Interval): Interval {
  const most = bound / (curve.bounds[0] ?? bound)
  const estimate = Math.min(slownessOf(curve, bound, ratio.estimate), most)
  return {
    estimate,
    low: Math.min(slownessOf(curve, bound, ratio.low), most),
    // both ways of reading the curve may give the same number, apart from rounding
    high: Math.max(slownessOf(curve, bound, ratio.high, cautiousShareSlowerThan), estimate),
  }
}

/** The share curve of each arm over the recorded bounds, without pods that are warming up. */
function armCurves(
  latency: Latency,
  t: number,
): { readonly canary: ShareCurve; readonly stable: ShareCurve } {
  const { data } = latency
  const totals = data.bounds.map((_, index) => {
    const arms = latency.countsAt(index)
    return { canary: armTotals(arms.canary, t).value ?? 0, stable: armTotals(arms.stable, t).value ?? 0 }
  })
  return {
    canary: { bounds: data.bounds, shares: totals.map((share) => share.canary) },
    stable: { bounds: data.bounds, shares: totals.map((share) => share.stable) },
  }
}

function bucketOf(curve: ShareCurve, quantile: number): readonly [number, number] | undefined {
  const index = curve.shares.findIndex((share) => share <= 1 - quantile)
  const upper = curve.bounds[index]
  if (upper === undefined || curve.shares.every((share) => share === 0)) return undefined
  return [curve.bounds[index - 1] ?? 0, upper]
}
