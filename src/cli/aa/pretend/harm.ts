import type { LatencyShape } from '../../../engine/model/recording.ts'
import { sampleBinomial } from '../../../simulate/sample-binomial.ts'
import type { Random } from '../../../simulate/random.ts'

/** How many more of so many requests without a failure fail, so that the share of failures is `times` as high. */
export function failMore(random: Random, unfailed: number, rate: number, times: number): number {
  if (!(rate > 0 && rate < 1)) return 0
  return sampleBinomial(random, unfailed, Math.min(((times - 1) * rate) / (1 - rate), 1))
}

/** `[bucket][bound]`: the chance that a request of the bucket is above the bound when it takes `times` as long. */
export function slowdown(
  bounds: readonly number[],
  shape: LatencyShape,
  times: number,
): readonly (readonly number[])[] {
  const above = survival(shape)
  return bounds.map((upper, bucket) => {
    const lower = bounds[bucket - 1] ?? 0
    const [atLower, atUpper] = [above(lower), above(upper)]
    return bounds.map((bound, i) => {
      if (i < bucket) return 1
      if (bound / times >= upper || atLower <= atUpper) return 0
      return Math.min((above(Math.max(bound / times, lower)) - atUpper) / (atLower - atUpper), 1)
    })
  })
}

/** Moves the requests of each bucket upwards by these chances, and gives the requests above each bound. */
export function slowDown(
  random: Random,
  buckets: readonly number[],
  chances: readonly (readonly number[])[],
): readonly number[] {
  const above = chances.map((_, bound) => buckets.slice(bound + 1).reduce((sum, count) => sum + count, 0))
  for (const [bucket, row] of chances.entries()) {
    let moved = buckets[bucket] ?? 0
    let before = 1
    for (let bound = bucket; bound < row.length && moved > 0; bound++) {
      const chance = row[bound] ?? 0
      moved = sampleBinomial(random, moved, before > 0 ? Math.min(chance / before, 1) : 0)
      above[bound] = (above[bound] ?? 0) + moved
      before = chance
    }
  }
  return above
}

/** The share of requests above any latency. Between two bounds it falls as a power of the latency. */
function survival({ bounds, above, total }: LatencyShape): (seconds: number) => number {
  const shares = above.map((count) => count / total)
  return (seconds) => {
    const next = bounds.findIndex((bound) => bound >= seconds)
    if (next < 0) return shares.at(-1) ?? 0
    const [from, to] = [bounds[next - 1] ?? 0, bounds[next] ?? 0]
    const [high, low] = [shares[next - 1] ?? 1, shares[next] ?? 0]
    if (from === 0 || low <= 0) return high + ((low - high) * (seconds - from)) / (to - from)
    return high * (low / high) ** (Math.log(seconds / from) / Math.log(to / from))
  }
}
