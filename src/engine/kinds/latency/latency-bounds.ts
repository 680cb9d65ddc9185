import { valueAt } from '../../model/value-at.ts'
import { LARGEST_COUNT } from '../../counts/pod-counts.ts'
import type { LatencyData, Pod } from '../../model/recording.ts'
import { type ShareCurve, steepness } from './share-curve.ts'

/** A bucket bound worth testing. */
export interface ChosenBound {
  /** Its index in the recording's bounds. */
  readonly index: number
  readonly seconds: number
  /** How steeply the share falls there: a clock that runs 1 % faster changes the share by this many percent. */
  readonly steepness: number
}

export interface ChosenBounds {
  /** Bounds spread over the distribution: the evidence for harm is the mean of theirs. */
  readonly spread: readonly ChosenBound[]
  /** The first bound beyond the quantile, unless `spread` has it: a slow mode may show only there. */
  readonly beyond?: ChosenBound
  /** The bound nearest to the policy's quantile: for gates, passing and intervals. */
  readonly main: ChosenBound
}

const TARGET_SHARES = [0.5, 0.25, 0.1, 0.05, 0.02] as const
const LOWEST_SHARE = 0.008
const HIGHEST_SHARE = 0.6
/**
 * The smallest share at the bound beyond the quantile; it may be smaller than at the others, because that bound
 * decides nothing alone.
 */
const RAREST_SHARE = 0.001

/**
 * Chooses from stable's history alone, so that the choice cannot depend on the canary. Undefined where the histogram
 * is too coarse.
 */
export function chooseBounds(
  curve: ShareCurve,
  recorded: readonly number[],
  quantile: number,
): ChosenBounds | undefined {
  const inner = curve.bounds.flatMap((seconds, i) => {
    const share = curve.shares[i] ?? 0
    const inside = i > 0 && i < curve.bounds.length - 1
    const index = recorded.indexOf(seconds)
    return inside && index >= 0 ? [{ index, seconds, share, steepness: steepness(curve, i) }] : []
  })
  const eligible = inner.filter(({ share }) => share > LOWEST_SHARE && share < HIGHEST_SHARE)
  const nearest = (target: number): (typeof eligible)[number] | undefined =>
    eligible.reduce<(typeof eligible)[number] | undefined>(
      (best, bound) => (best === undefined || isNearer(bound.share, best.share, target) ? bound : best),
      undefined,
    )
  const main = nearest(1 - quantile)
  if (main === undefined) return undefined
  const beyond = inner.find(({ share }) => share < 1 - quantile)
  const spread = new Set(TARGET_SHARES.flatMap((target) => nearest(target) ?? []))
  const further = beyond !== undefined && beyond.share > RAREST_SHARE && !spread.has(beyond)
  return { spread: [...spread], main, ...(further ? { beyond } : {}) }
}

/** Gives stable's share curve over any range of slices, from running sums. */
export interface StableCurves {
  /** Over the recorded bounds in slices `from` to `to − 1`; undefined without traffic. */
  over(from: number, to: number): ShareCurve | undefined
}

export function stableCurves(data: LatencyData, pods: readonly Pod[], slices: number): StableCurves {
  const totals = new Float64Array(slices + 1)
  const above = data.bounds.map(() => new Float64Array(slices + 1))
  pods.forEach((pod, j) => {
    if (pod.arm === 'stable') addPod(data, j, totals, above)
  })
  for (const sums of [totals, ...above]) {
    for (let k = 1; k < sums.length; k++) sums[k] = valueAt(sums, k) + valueAt(sums, k - 1)
  }
  return {
    over: (from, to) => {
      const between = (sums: Float64Array): number => valueAt(sums, to) - valueAt(sums, Math.max(from, 0))
      const n = between(totals)
      if (n <= 0) return undefined
      return { bounds: data.bounds, shares: above.map((sums) => (between(sums) + 0.5) / (n + 1)) }
    },
  }
}

/** The curve over all bounds that the source saw, where the recording has it; otherwise over the recorded bounds. */
export function historyCurve(
  data: LatencyData,
  curves: StableCurves,
  slices: number,
): ShareCurve | undefined {
  const { shape } = data
  if (shape === undefined || shape.total <= 0) return curves.over(0, slices)
  return {
    bounds: shape.bounds,
    shares: shape.above.map((x) => (Math.min(x, shape.total) + 0.5) / (shape.total + 1)),
  }
}

/** Adds what pod `j` counted in slice k to entry k + 1 of each sum. */
function addPod(data: LatencyData, j: number, totals: Float64Array, above: readonly Float64Array[]): void {
  const total = data.total[j] ?? []
  total.forEach((n, k) => {
    if (n === null || !(n > 0) || n > LARGEST_COUNT) return
    totals[k + 1] = valueAt(totals, k + 1) + n
    above.forEach((sums, b) => {
      const x = data.above[j]?.[b]?.[k] ?? 0
      if (x >= 0 && x <= n) sums[k + 1] = valueAt(sums, k + 1) + x
    })
  })
}

/** Of two bounds with no request between them, the one on the target's side is nearer. */
function isNearer(share: number, best: number, target: number): boolean {
  if (share === best) return share > target * (1 + 1e-9)
  return distance(share, target) < distance(best, target)
}

function distance(a: number, b: number): number {
  return Math.abs(Math.log(a / b))
}
