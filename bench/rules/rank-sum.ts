import { outOfDomain } from '../../src/engine/stats/domain.ts'

export interface RankSum {
  readonly u: number
  /** Variance of U under the null hypothesis, given the ties. */
  readonly variance: number
  readonly tied: boolean
}

/** U of x against y, neither empty: the number of pairs in which x is larger; a tie counts one half. */
export function rankSum(x: readonly number[], y: readonly number[]): RankSum {
  const xs = sorted('x', x)
  const ys = sorted('y', y)
  const n = xs.length + ys.length
  let u = 0
  let ties = 0
  let i = 0
  let j = 0
  while (i < xs.length || j < ys.length) {
    const value = Math.min(xs[i] ?? Infinity, ys[j] ?? Infinity)
    const fromX = i
    const fromY = j
    while (i < xs.length && xs[i] === value) i++
    while (j < ys.length && ys[j] === value) j++
    u += (i - fromX) * (fromY + (j - fromY) / 2)
    const size = i - fromX + (j - fromY)
    ties += size * (size * size - 1)
  }
  const variance = ((xs.length * ys.length) / 12) * (n + 1 - ties / (n * (n - 1)))
  return { u, variance, tied: ties > 0 }
}

function sorted(name: string, values: readonly number[]): Float64Array {
  const copy = Float64Array.from(values)
  for (const value of copy) if (Number.isNaN(value)) outOfDomain(name, 'to hold numbers', value)
  return copy.sort()
}
