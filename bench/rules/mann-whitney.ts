import { exactRankSumCounts } from './exact-rank-sum-counts.ts'
import { normalSf } from '../../src/engine/stats/normal-sf.ts'
import { rankSum } from './rank-sum.ts'

export interface MannWhitney {
  /** The number of pairs in which x is larger; a tie counts one half. */
  readonly u: number
  /** One-sided p: x tends to be larger. */
  readonly greater: number
  /** One-sided p: x tends to be smaller. */
  readonly less: number
  readonly twoSided: number
  readonly exact: boolean
}

/**
 * Mann-Whitney test of x against y: exact for small samples without ties, else normal with corrections for ties and
 * continuity. Undefined for an empty sample or when all values are equal.
 */
export function mannWhitney(x: readonly number[], y: readonly number[]): MannWhitney | undefined {
  if (x.length === 0 || y.length === 0) return undefined
  const { u, variance, tied } = rankSum(x, y)
  if (variance === 0) return undefined
  const counts = tied ? undefined : exactRankSumCounts(x.length, y.length)
  const pairs = x.length * y.length
  const greater = counts ? atMost(counts, pairs - u) : upperNormal(u - pairs / 2, variance)
  const less = counts ? atMost(counts, u) : upperNormal(pairs / 2 - u, variance)
  return { u, greater, less, twoSided: Math.min(1, 2 * Math.min(greater, less)), exact: counts !== undefined }
}

function upperNormal(distance: number, variance: number): number {
  return normalSf((distance - 0.5) / Math.sqrt(variance))
}

function atMost(counts: Float64Array, u: number): number {
  let below = 0
  let all = 0
  for (const [i, count] of counts.entries()) {
    all += count
    if (i <= u) below += count
  }
  return below / all
}
