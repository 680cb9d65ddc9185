import { describe, expect, it } from 'vitest'
import { type Autocovariance, clusteredSum, lagBin } from '../../../src/engine/noise/clustered-sum.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { armOf } from '../made/arm-slices.ts'
import { confidenceSequence } from '../../../src/engine/evidence/confidence-sequence.ts'

const r: Autocovariance = [0.9, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1]

describe('lagBin', () => {
  it('bins lags by 0, 1, 2-3, 4-7, 8-15, 16-31, and 32 or more', () => {
    const firsts = [0, 1, 2, 4, 8, 16, 32]
    expect(firsts.map(lagBin)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect([3, 7, 15, 31, 63, 64, 5000].map(lagBin)).toEqual([2, 3, 4, 5, 6, 6, 6])
  })
})

describe('clusteredSum', () => {
  it('is the double sum over slices and pods, from every start', () => {
    const random = createRandom(5)
    const T = 90
    const draw = (): Float64Array => Float64Array.from({ length: T }, () => uniform(random))
    const v = draw().map((value, t) => (t % 11 === 0 ? 0 : 10 * value))
    const shares = [draw(), draw().fill(0, 20, 50), draw()]
    const starts = [0, 1, 17, 40, 89]
    const bin = (lag: number): number => (lag === 0 ? 0 : Math.min(6, 1 + Math.floor(Math.log2(lag))))
    const sums = clusteredSum(v, shares, r, starts)
    for (const [i, start] of starts.entries()) {
      for (const t of [start, start + 1, start + 31, start + 32, start + 33, 60, T - 1]) {
        if (t >= T || t < start) continue
        let expected = 0
        for (let k = start; k <= t; k++) {
          for (let l = start; l <= t; l++) {
            const overlap = shares.reduce((sum, f) => sum + (f[k] ?? 0) * (f[l] ?? 0), 0)
            expected += (v[k] ?? 0) * (v[l] ?? 0) * (r[bin(Math.abs(k - l))] ?? 0) * overlap
          }
        }
        expect(sums[i]?.[t]).toBeCloseTo(expected, 8)
      }
      expect(sums[i]?.slice(0, start).every((value) => value === 0)).toBe(true)
    }
  })

  it('is empty before the first slice', () => {
    const none = new Float64Array(0)
    expect(clusteredSum(none, [none, none], r, [0, 3])).toEqual([none, none])
  })

  it('is zero where pods never differ', () => {
    const ones = new Float64Array(40).fill(1)
    expect(clusteredSum(ones, [ones], [0, 0, 0, 0, 0, 0, 0], [0])[0]?.every((value) => value === 0)).toBe(
      true,
    )
  })
})

describe('confidenceSequence', () => {
  /** The sum over every point of the grid. */
  function byHand(
    xc: readonly number[],
    nc: readonly number[],
    xs: readonly number[],
    ns: readonly number[],
    phi: number,
  ) {
    const grid = Array.from({ length: 601 }, (_, i) => (i - 300) / 100)
    const prior = grid.map((g) => Math.exp(-0.5 * (g / 0.8) ** 2) + 0.3 * Math.exp(-Math.abs(g) / 0.3))
    const mass = prior.reduce((sum, value) => sum + value, 0)
    const logs = grid.map((g) =>
      xc.reduce((sum, x, k) => {
        const pi = (nc[k] ?? 0) / ((nc[k] ?? 0) + (ns[k] ?? 0))
        return sum + (x * g - (x + (xs[k] ?? 0)) * Math.log(1 - pi + pi * Math.exp(g))) / phi
      }, 0),
    )
    const top = Math.max(...logs)
    const mean = logs.reduce((sum, log, i) => sum + (Math.exp(log - top) * (prior[i] ?? 0)) / mass, 0)
    const kept = grid.filter((_, i) => (logs[i] ?? 0) > top + Math.log(mean) + Math.log(0.05))
    const peak = grid[logs.indexOf(top)] ?? 0
    return {
      estimate: Math.exp(peak),
      low: Math.exp(Math.max((kept[0] ?? 0) - 0.01, -3)),
      high: Math.exp(Math.min((kept.at(-1) ?? 0) + 0.01, 3)),
    }
  }

  it.each([
    ['few events', [1, 0, 2], [100, 100, 150], [9, 12, 10], [900, 900, 850], 1],
    ['events in the canary alone', [3, 2, 4], [100, 100, 150], [0, 0, 0], [900, 900, 850], 1],
    ['no events in the canary', [0, 0, 0], [100, 100, 150], [9, 12, 10], [900, 900, 850], 1.5],
    ['many events', [900, 1200], [1e5, 1e5], [800, 790], [1e5, 1.1e5], 2],
    ['very many events', [9e5, 12e5], [1e8, 1e8], [8e5, 8e5], [1e8, 1.1e8], 1],
  ])('agrees with the whole grid: %s', (_name, xc, nc, xs, ns, phi) => {
    const found = confidenceSequence({ canary: armOf(xc, nc), stable: armOf(xs, ns) }, xc.length - 1, phi)
    const expected = byHand(xc, nc, xs, ns, phi)
    expect(found?.estimate).toBeCloseTo(expected.estimate, 9)
    expect(found?.low).toBeCloseTo(expected.low, 9)
    expect(found?.high).toBeCloseTo(expected.high, 9)
  })

  it('reads only slices up to t in which both arms have traffic and something happened', () => {
    const short = confidenceSequence({ canary: armOf([3], [100]), stable: armOf([9], [900]) }, 0, 1)
    const long = {
      canary: armOf([3, 5, 0, 0, 9], [100, 50, 0, 10, 100]),
      stable: armOf([9, 0, 4, 0, 0], [900, 0, 100, 90, 9]),
    }
    expect(confidenceSequence(long, 3, 1)).toEqual(short)
    expect(confidenceSequence(long, 4, 1)).not.toEqual(short)
    expect(confidenceSequence({ canary: armOf([0], [100]), stable: armOf([0], [900]) }, 0, 1)).toBeUndefined()
  })
})
