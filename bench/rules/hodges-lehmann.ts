import { outOfDomain } from '../../src/engine/stats/domain.ts'
import { exactRankSumCounts } from './exact-rank-sum-counts.ts'
import { normalQuantile } from '../../src/engine/stats/normal-quantile.ts'
import { rankSum } from './rank-sum.ts'

export interface HodgesLehmann {
  /** Median of all differences x − y. */
  readonly shift: number
  /** Undefined when the samples are too small for the level. */
  readonly interval: { readonly low: number; readonly high: number } | undefined
}

/** Shift of x against y and its interval from the Mann-Whitney test; undefined for an empty sample. */
export function hodgesLehmann(
  x: readonly number[],
  y: readonly number[],
  level: number,
): HodgesLehmann | undefined {
  if (!(level > 0 && level < 1)) outOfDomain('level', 'in (0, 1)', level)
  if (x.length === 0 || y.length === 0) return undefined
  requireFinite('x', x)
  requireFinite('y', y)
  const { variance, tied } = rankSum(x, y)
  const differences = new Float64Array(x.length * y.length)
  let i = 0
  for (const a of x) for (const b of y) differences[i++] = a - b
  differences.sort()
  const middle = ((differences[(i - 1) >> 1] ?? 0) + (differences[i >> 1] ?? 0)) / 2
  const counts = tied ? undefined : exactRankSumCounts(x.length, y.length)
  const rank = counts ? exactRank(counts, (1 - level) / 2) : normalRank(i, variance, (1 - level) / 2)
  const low = differences[rank - 1]
  const high = differences[i - rank]
  return { shift: middle, interval: low === undefined || high === undefined ? undefined : { low, high } }
}

function requireFinite(name: string, values: readonly number[]): void {
  for (const value of values) if (!Number.isFinite(value)) outOfDomain(name, 'to be finite', value)
}

/** The smallest u with P(U ≤ u) ≥ tail. */
function exactRank(counts: Float64Array, tail: number): number {
  let all = 0
  for (const count of counts) all += count
  let below = 0
  let u = 0
  while (u < counts.length) {
    below += counts[u] ?? 0
    if (below / all >= tail) break
    u++
  }
  return u
}

function normalRank(pairs: number, variance: number, tail: number): number {
  return Math.ceil(pairs / 2 + normalQuantile(tail) * Math.sqrt(variance) - 0.5)
}
