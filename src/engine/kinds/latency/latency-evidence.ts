import { logSumExp } from '../../stats/log-sum-exp.ts'
import { limitEvidence } from '../../evidence/absolute.ts'
import { countBasics, evidenceFromTests, worstOf } from '../../evidence/count-evidence.ts'
import { usualTolerance } from '../../evidence/doubt.ts'
import { countNumbers } from '../../evidence/count-numbers.ts'
import { coarseHistogram } from './coarse-histogram.ts'
import { constantNull, countTests } from '../../evidence/count-tests.ts'
import {
  type ChosenBound,
  chooseBounds,
  historyCurve,
  type StableCurves,
  stableCurves,
} from './latency-bounds.ts'
import { ratioMargin, marginFactor } from '../../model/margins.ts'
import { memoized } from '../../model/memoized.ts'
import type {
  AbsoluteRule,
  MetricContext,
  MetricEvidence,
  MetricNumbers,
} from '../../evidence/metric-evidence.ts'
import { latencyCounts } from '../../counts/pod-counts.ts'
import type { LatencyPolicy } from '../../model/policy.ts'
import type { LatencyData } from '../../model/recording.ts'
import { createSharedBounds, type SharedBounds } from '../../evidence/shared-bounds.ts'
import { boundCounts, type BoundTests, type Latency, latencyNumbers, withoutPods } from './latency-numbers.ts'
import {
  cautiousShareSlowerThan,
  quantileOf,
  type ShareCurve,
  shareRatio,
  shareSlowerThan,
  steepness,
  steepShareSlowerThan,
} from './share-curve.ts'
import { valueAt } from '../../model/value-at.ts'
import type { Reason } from '../../model/verdict.ts'
import { seconds } from '../../model/words.ts'

export const LEAST_LATENCY_CAP = 1.5
export const LATENCY_TAU = 0.01
/** How many of stable's latest slices turn the tolerance of a quantile into a ratio of shares. */
const RECENT = 10
const EARLY = 3

/**
 * Compares latency by the share of requests that are slower than a bucket's bound, never by an interpolated quantile.
 */
export function latencyEvidence(
  metric: LatencyPolicy,
  data: LatencyData,
  context: MetricContext,
): MetricEvidence | Reason {
  const { start, plan } = context.window
  const curves = stableCurves(data, context.pods, start + plan.slices)
  const history = historyCurve(data, curves, start)
  const curve = history ?? earlyCurve(curves, start, plan.slices)
  const chosen = curve && chooseBounds(curve, data.bounds, metric.quantile)
  if (curve === undefined || chosen === undefined) return tooCoarse(metric, curve)

  const { shared = createSharedBounds() } = context
  const testAt = memoized((index) => boundTests(metric, data, { ...context, shared }, curve, index))
  const main = testAt(chosen.main.index)
  const tested = new Set([chosen.main, ...chosen.spread].map(({ index }) => index))
  const countsAt = memoized((index) =>
    shared.counts({ data, index, settings: [] }, () =>
      tested.has(index) ? withoutPods(testAt(index).tests.plain.arms) : boundCounts(data, context, index),
    ),
  )
  const latency: Latency = { metric, data, context, curves, curve, main, testAt, countsAt }
  const spread = chosen.spread.map((bound) =>
    testAt(bound.index).tests.harm(quantileNull(latency, bound.seconds, metric.tolerance)),
  )
  const marginNull = memoized((next) =>
    quantileNull(latency, main.seconds, marginAt(latency, next), cautiousShareSlowerThan),
  )
  const hoped = memoized((next) => quantileNull(latency, main.seconds, marginAt(latency, next)))
  const slowBeyond = harmBeyond(latency, chosen.beyond)
  const basics = countBasics(metric.name, main.table, main.tests.plain, context.window)
  const common = evidenceFromTests(
    main.tests,
    context,
    quantileNull(latency, main.seconds, metric.tolerance),
    marginNull,
  )
  const limit = limitRule(latency)
  return {
    policy: metric,
    ...basics,
    judgeableFrom: history === undefined ? EARLY - 1 : 0,
    notes: limit.note === undefined ? basics.notes : [...basics.notes, limit.note],
    ...common,
    harm: meanOf(spread),
    rules: limit.rules,
    doubt: meanOf(
      chosen.spread.map((bound) => {
        const expected = Math.max(metric.tolerance / usualTolerance.latency, 1)
        return testAt(bound.index).tests.harm(quantileNull(latency, bound.seconds, expected))
      }),
    ),
    worst: (next, t, count) => worstOf(main.tests, context, { next, slices: count }, t),
    pass: memoized((next) => {
      const path = main.tests.pass(marginNull(next))
      return path.map((log, t) => (slowBeyond(next, t) ? Math.min(log, 0) : log))
    }),
    minutesToPass: (next, t, beta) => (slowBeyond(next, t) ? Infinity : common.minutesToPass(next, t, beta)),
    passP: (next, t) => (slowBeyond(next, t) ? undefined : common.passP(next, t)),
    numbers: memoized((t) => latencyNumbers(latency, common.numbers(t), t)),
    harmNumbers: (t) => {
      const bounds = chosen.spread.map(({ index }, i) => ({ index, harm: spread[i] ?? new Float64Array(0) }))
      const strongest = strongestOf(latency, bounds, t)
      return latencyNumbers({ ...latency, main: strongest }, countNumbers(strongest.tests.plain, t), t)
    },
    whyUndecidable: (next, t) =>
      slowBeyond(next, t) || valueAt(marginNull(next), t) < valueAt(hoped(next), t)
        ? coarseHistogram(metric.name, curve, metric.quantile)
        : undefined,
  }
}

interface BoundHarm {
  readonly index: number
  readonly harm: Float64Array
}

/** The bound that carries most of the evidence. */
function strongestOf(latency: Latency, bounds: readonly BoundHarm[], t: number): BoundTests {
  const logs = bounds.map(({ harm }) => valueAt(harm, t))
  const best = bounds[logs.indexOf(Math.max(...logs))]
  return best === undefined ? latency.main : latency.testAt(best.index)
}

/**
 * Whether the first bound beyond the quantile shows that the canary is worse than the margin. Then the main bound is
 * no reason to pass, because the curve between the two bounds has another shape than was assumed.
 */
function harmBeyond(latency: Latency, beyond: ChosenBound | undefined): (next: number, t: number) => boolean {
  if (beyond === undefined) return () => false
  const path = memoized((next: number) => {
    const worst = quantileNull(latency, beyond.seconds, marginAt(latency, next), steepShareSlowerThan)
    return latency.testAt(beyond.index).tests.harm(worst)
  })
  return (next, t) => valueAt(path(next), t) >= -Math.log(latency.context.policy.missedHarm)
}

/** How many times as slow the quantile may be at a step that is followed by the weight `next`. */
function marginAt({ metric, context }: Latency, next: number): number {
  return ratioMargin(metric, marginFactor(context.policy, next)) ?? 1
}

/**
 * Without history, stable's own first slices choose the bounds: they hold nothing about the canary, and later looks
 * see the same slices.
 */
function earlyCurve(curves: StableCurves, start: number, slices: number): ShareCurve | undefined {
  return slices < EARLY ? undefined : curves.over(start, start + EARLY)
}

function boundTests(
  metric: LatencyPolicy,
  data: LatencyData,
  context: MetricContext & { readonly shared: SharedBounds },
  curve: ShareCurve,
  index: number,
): BoundTests {
  const bound = data.bounds[index] ?? 0
  const slope = steepness(curve, curve.bounds.indexOf(bound))
  const { pods, window, memory, shared } = context
  const { mde } = metric
  const tau = LATENCY_TAU * slope
  const tested = shared.tests({ data, index, settings: [tau, mde] }, () => {
    const table = latencyCounts(data, pods, index)
    const leastCap = LEAST_LATENCY_CAP
    return { table, tests: countTests({ pods: table.pods, window, tau, mde, leastCap, memory }) }
  })
  return { index, seconds: bound, steepness: slope, ...tested }
}

/**
 * By slice, the ratio of shares at a bound when the quantile is `factor` times as slow. It is computed from stable's
 * slices just before, because under drift a long history describes a distribution that no longer exists.
 */
function quantileNull(
  latency: Latency,
  bound: number,
  factor: number,
  slowerThan = shareSlowerThan,
): Float64Array {
  const { start, plan } = latency.context.window
  if (factor === 1) return constantNull(plan.slices, 1)
  return Float64Array.from({ length: plan.slices }, (_, t) => {
    const recent = latency.curves.over(start + t - RECENT, start + t)
    const usable = recent !== undefined && recent.bounds.length >= 3 ? recent : latency.curve
    return shareRatio(usable, bound, factor, slowerThan)
  })
}

function meanOf(paths: readonly Float64Array[]): Float64Array {
  const first = paths[0] ?? new Float64Array(0)
  const terms = new Float64Array(paths.length)
  return first.map((_, t) => {
    paths.forEach((path, j) => {
      terms[j] = path[t] ?? 0
    })
    return logSumExp(terms) - Math.log(paths.length)
  })
}

/** The quantile is above the limit when more than 1 − q of the requests are slower than the limit. */
function limitRule(latency: Latency): { readonly rules: readonly AbsoluteRule[]; readonly note?: Reason } {
  const { metric, data, context } = latency
  const { limit } = metric
  if (limit === undefined) return { rules: [] }
  const index = data.bounds.findIndex((bound) => bound >= limit * (1 - 1e-9))
  if (index < 0) {
    const text = `${metric.name}: no bucket bound at or above the limit of ${seconds(limit)}`
    return { rules: [], note: { code: 'no-bound-for-limit', metric: metric.name, text } }
  }
  const { tests, seconds: bound } = latency.testAt(index)
  const harm = limitEvidence(tests.plain, 1 - metric.quantile, metric.mde, context.window.plan)
  const numbers = (t: number): MetricNumbers => ({ ...countNumbers(tests.plain, t), bound })
  return { rules: [{ rule: 'limit', harm, numbers }] }
}

function tooCoarse(metric: LatencyPolicy, curve: ShareCurve | undefined): Reason {
  const { name } = metric
  if (curve === undefined) {
    return {
      code: 'no-stable-data',
      metric: name,
      text: `${name}: no stable requests to choose bucket bounds by`,
    }
  }
  const quantile = quantileOf(curve, metric.quantile)
  const wish = quantile === undefined ? '' : `, add one near ${seconds(quantile)}`
  return {
    code: 'histogram-too-coarse',
    metric: name,
    text: `${name}: no bucket bound has between 0.8% and 60% of stable requests above it${wish}`,
  }
}
