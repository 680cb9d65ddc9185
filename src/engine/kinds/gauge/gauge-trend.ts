import { valueAt } from '../../model/value-at.ts'
import { clusteredSum } from '../../noise/clustered-sum.ts'
import { logNormalMixture } from '../../stats/normal-mixture.ts'
import type { GaugeNoise } from './gauge-noise.ts'

/** Prior precision of a slope per minute. */
const SLOPE_PRIOR = 1 / 0.01 ** 2
const LEAST_SLOPE_VARIANCE = 1e-10
/** The fewest slices that can show a trend. */
const SLOPE_FROM = 8

/** ln e by slice that the values grow: the slope of a straight line through the slices so far. */
export function runningTrend(
  counts: Float64Array,
  values: Float64Array,
  shares: readonly Float64Array[],
  noise: GaugeNoise,
  minutesPerSlice: number,
): Float64Array {
  const T = counts.length
  const minutes = counts.map((count, t) => count * t * minutesPerSlice)
  const quadratic = (v: Float64Array): Float64Array =>
    clusteredSum(v, shares, noise.autocovariance, [0])[0] ?? new Float64Array(T)
  const ones = quadratic(counts)
  const squares = quadratic(minutes)
  const both = quadratic(counts.map((count, t) => count + valueAt(minutes, t)))
  const evidence = new Float64Array(T)
  let [n, x, xx, y, xy] = [0, 0, 0, 0, 0]
  for (let t = 0; t < T; t++) {
    if (counts[t] === 1) {
      const minute = minutes[t] ?? 0
      const value = values[t] ?? 0
      n++
      x += minute
      xx += minute ** 2
      y += value
      xy += minute * value
    }
    if (n < SLOPE_FROM) continue
    const centre = x / n
    const spread = xx - n * centre ** 2
    // the slices show no variation to learn from
    if (!(spread > 0)) continue
    const slope = (xy - centre * y) / spread
    const cross = (valueAt(both, t) - valueAt(ones, t) - valueAt(squares, t)) / 2
    const sum = valueAt(squares, t) - 2 * centre * cross + centre ** 2 * valueAt(ones, t)
    const variance = Math.max((noise.inflation * sum) / spread ** 2, LEAST_SLOPE_VARIANCE)
    evidence[t] = logNormalMixture(slope / variance, 1 / variance, SLOPE_PRIOR)
  }
  return evidence
}
