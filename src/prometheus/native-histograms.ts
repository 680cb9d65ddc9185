import type { NativeHistogram, Series } from './query-result.ts'

/** Native histograms as the cumulative series of a classic one, at these bounds and +Inf. */
export function toClassic(series: readonly Series[], bounds: readonly number[]): readonly Series[] {
  return series.flatMap(({ labels, times, histograms = [] }) =>
    [...bounds, Infinity].map((bound) => ({
      labels: { ...labels, le: bound === Infinity ? '+Inf' : String(bound) },
      times,
      values: histograms.map((histogram) => countUpTo(histogram, bound)),
    })),
  )
}

/** All upper bounds of buckets that ever held something. */
export function nativeBounds(series: readonly Series[]): readonly number[] {
  const bounds = series.flatMap(({ histograms = [] }) =>
    histograms.flatMap(({ buckets }) => buckets.flatMap(({ low, high }) => [low, high])),
  )
  return [...new Set(bounds)].filter((bound) => bound > 0 && Number.isFinite(bound)).toSorted((a, b) => a - b)
}

function countUpTo({ count, buckets }: NativeHistogram, bound: number): number {
  if (bound === Infinity) return count
  return buckets.reduce((sum, { low, high, count: inside }) => {
    // bounds that come from two halves of one formula differ in their last digits
    if (high <= bound * (1 + 1e-9)) return sum + inside
    if (low >= bound * (1 - 1e-9)) return sum
    return sum + inside * shareBelow(low, high, bound)
  }, 0)
}

/** A bucket of a coarser schema holds the bound inside: buckets grow by a factor, so counts are spread by ratio. */
function shareBelow(low: number, high: number, bound: number): number {
  return low > 0 ? Math.log(bound / low) / Math.log(high / low) : (bound - low) / (high - low)
}
