import type { NativeHistogram, Series } from '../client/query-result.ts'

/** A server may send any number; twice what the buckets of one histogram need in the usual resolution. */
const MOST_BOUNDS = 400

/** Native histograms as the cumulative series of a classic one, at these bounds, ascending, and +Inf. */
export function toClassic(series: readonly Series[], bounds: readonly number[]): readonly Series[] {
  return series.flatMap(({ labels, times, histograms = [] }) => {
    const counts = histograms.map((histogram) => countsUpTo(histogram, bounds))
    return [...bounds, Infinity].map((bound, b) => ({
      labels: { ...labels, le: bound === Infinity ? '+Inf' : String(bound) },
      times,
      values: counts.map((upTo) => upTo[b] ?? 0),
    }))
  })
}

/** All upper bounds of buckets that ever held something; of too many some, evenly. */
export function nativeBounds(series: readonly Series[]): readonly number[] {
  const found = new Set<number>()
  for (const { histograms = [] } of series) {
    for (const { buckets } of histograms) {
      for (const { low, high } of buckets) found.add(low).add(high)
    }
  }
  const bounds = [...found].filter((bound) => bound > 0 && Number.isFinite(bound)).sort((a, b) => a - b)
  const every = Math.ceil(bounds.length / MOST_BOUNDS)
  return bounds.filter((_, i) => i % every === 0)
}

/** At each bound, and all. */
function countsUpTo({ count, buckets }: NativeHistogram, bounds: readonly number[]): readonly number[] {
  const inside = bounds.map(() => 0)
  const whole = [...inside, 0]
  for (const { low, high, count: own } of buckets) {
    // bounds that come from two halves of one formula differ in their last digits
    const full = firstIndex(bounds, (bound) => high <= bound * (1 + 1e-9))
    whole[full] = (whole[full] ?? 0) + own
    for (let b = full - 1; b >= 0; b--) {
      const bound = bounds[b] ?? 0
      if (low >= bound * (1 - 1e-9)) break
      inside[b] = (inside[b] ?? 0) + own * shareBelow(low, high, bound)
    }
  }
  let below = 0
  return [...inside.map((part, b) => (below += whole[b] ?? 0) + part), count]
}

/** The first for which it is true, or one after the last; true of all after the first. */
function firstIndex(bounds: readonly number[], isTrue: (bound: number) => boolean): number {
  let from = 0
  let to = bounds.length
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (isTrue(bounds[middle] ?? Infinity)) to = middle
    else from = middle + 1
  }
  return from
}

/** A bucket of a coarser schema holds the bound inside: buckets grow by a factor, so counts are spread by ratio. */
function shareBelow(low: number, high: number, bound: number): number {
  return low > 0 ? Math.log(bound / low) / Math.log(high / low) : (bound - low) / (high - low)
}
