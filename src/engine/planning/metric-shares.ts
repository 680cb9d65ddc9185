import { ERROR_TAU } from '../evidence/absolute.ts'
import { usualTolerance } from '../evidence/doubt.ts'
import { CONVERSION_TAU } from '../kinds/conversion/conversion-evidence.ts'
import { chooseBounds } from '../kinds/latency/latency-bounds.ts'
import { LEAST_ERROR_CAP } from '../kinds/errors/errors-evidence.ts'
import { LATENCY_TAU, LEAST_LATENCY_CAP } from '../kinds/latency/latency-evidence.ts'
import {
  cautiousShareSlowerThan,
  shareRatio,
  shareSlowerThan,
  slownessOf,
} from '../kinds/latency/share-curve.ts'
import { dropToRatio } from '../model/margins.ts'
import type { ConversionPolicy, ErrorsPolicy, LatencyPolicy, MetricPolicy } from '../model/policy.ts'
import type { PlannedShare } from './planned-metric.ts'
import type { CountedShare, LatencyShape, ServiceMetric } from './planned-service.ts'
import type { PlannedTraffic } from './planned-traffic.ts'

/** The shares of requests by which the engine compares a metric, and what an effect does to them. */
export interface MetricShares {
  /** The evidence of harm is the mean of theirs. */
  readonly spread: readonly EffectOn[]
  /** The share that gates test, and that says what is ruled out. */
  readonly main: EffectOn
  /** What a ratio of the main share means for the metric. */
  toEffect(ratio: number): number
}

/** A share, and what it becomes in a canary with an effect: a ratio above 1 that is harm. */
export interface EffectOn {
  readonly planned: PlannedShare
  canaryShare(effect: number): number
}

/** Undefined where the metric cannot be planned, or has no bucket bound to compare by. */
export function metricShares(
  metric: MetricPolicy,
  service: ServiceMetric,
  traffic: (warmup: number) => PlannedTraffic,
  warmupMinutes: number,
): MetricShares | undefined {
  const { kind } = metric
  if (kind === 'errors' && service.kind === kind) return errorShares(metric, service, traffic(warmupMinutes))
  if (kind === 'conversion' && service.kind === kind)
    return conversionShares(metric, service, traffic(Math.min(warmupMinutes, 1)))
  if (kind === 'latency' && service.kind === kind)
    return latencyShares(metric, service, traffic(warmupMinutes))
  return undefined
}

function errorShares(metric: ErrorsPolicy, service: CountedShare, traffic: PlannedTraffic): MetricShares {
  const { share, noise, counted } = service
  const one: EffectOn = {
    planned: {
      traffic,
      counted,
      share,
      noise,
      lessIsWorse: false,
      tau: ERROR_TAU,
      leastCap: LEAST_ERROR_CAP,
      mde: metric.mde,
      tolerance: metric.tolerance,
      doubtFrom: Math.max(metric.tolerance / usualTolerance.errors, 1),
    },
    canaryShare: (effect) => Math.min(share * effect, 1),
  }
  return { spread: [one], main: one, toEffect: (ratio) => ratio }
}

function conversionShares(
  metric: ConversionPolicy,
  service: CountedShare,
  traffic: PlannedTraffic,
): MetricShares {
  const { share, noise, counted } = service
  const tolerance = dropToRatio(metric.tolerance)
  const one: EffectOn = {
    planned: {
      traffic,
      counted,
      share,
      noise,
      lessIsWorse: true,
      tau: CONVERSION_TAU,
      mde: metric.mde,
      tolerance,
      doubtFrom: Math.max(tolerance / dropToRatio(usualTolerance.conversion), 1),
    },
    canaryShare: (effect) => share / effect,
  }
  return { spread: [one], main: one, toEffect: (ratio) => ratio }
}

function latencyShares(
  metric: LatencyPolicy,
  service: LatencyShape,
  traffic: PlannedTraffic,
): MetricShares | undefined {
  const { curve, counted } = service
  const chosen = chooseBounds(curve, service.recorded, metric.quantile)
  if (chosen === undefined) return undefined
  const at = ({ index, seconds, steepness }: (typeof chosen)['main']): EffectOn => ({
    planned: {
      traffic,
      counted,
      share: curve.shares[curve.bounds.indexOf(seconds)] ?? 0,
      noise: service.noiseAt(index),
      lessIsWorse: false,
      tau: LATENCY_TAU * steepness,
      leastCap: LEAST_LATENCY_CAP,
      mde: metric.mde,
      tolerance: shareRatio(curve, seconds, metric.tolerance),
      doubtFrom: shareRatio(curve, seconds, Math.max(metric.tolerance / usualTolerance.latency, 1)),
    },
    canaryShare: (effect) => shareSlowerThan(curve, seconds / effect),
  })
  const spread = chosen.spread.map(at)
  return {
    spread,
    main: spread[chosen.spread.indexOf(chosen.main)] ?? at(chosen.main),
    toEffect: (ratio) => slownessOf(curve, chosen.main.seconds, ratio, cautiousShareSlowerThan),
  }
}
