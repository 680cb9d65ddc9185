import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactRankSumCounts } from '../../../bench/rules/exact-rank-sum-counts.ts'
import { hodgesLehmann } from '../../../bench/rules/hodges-lehmann.ts'
import { mannWhitney } from '../../../bench/rules/mann-whitney.ts'
import { conformance } from './conformance.ts'

const seeded = { seed: 4, numRuns: 200 }
const sample = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 12 })
// Hollander & Wolfe (1973), p. 69: permeability of the human chorioamnion at term and at 12 to 26 weeks.
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
const early = [1.15, 0.88, 0.9, 0.74, 1.21]
const published = conformance['HW permeability']

describe('mannWhitney', () => {
  test('mannWhitney(x, y) gives the published exact p of the permeability example', () => {
    const got = mannWhitney(atTerm, early)
    expect(got).toMatchObject({ u: published.U, exact: true })
    expect(got?.greater).toBeCloseTo(published.p_greater_exact, 14)
    expect(got?.twoSided).toBeCloseTo(published.p_two_exact, 14)
  })

  test('mannWhitney(x, y) corrects the normal for ties and continuity', () => {
    const got = mannWhitney([1, 2, 2, 5], [2, 0, -3])
    // U = 2 + 2½ + 2½ + 3
    expect(got?.u).toBe(10)
    // z = (10 − 6 − ½) / √(4·3/12 · (8 − (3³ − 3)/(7·6))) = 3.5/2.725541 = 1.284149
    expect(got?.greater).toBeCloseTo(0.099544926074, 10)
    expect(got?.less).toBeCloseTo(0.95063567605, 10)
    expect(got?.twoSided).toBeCloseTo(0.19908985215, 10)
    expect(got?.exact).toBe(false)
  })

  test('mannWhitney(x, y) of samples too large for exact counts is normal', () => {
    const x = Array.from({ length: 40 }, (_, i) => i * 2)
    const y = Array.from({ length: 40 }, (_, i) => i * 2 + 1)
    expect(mannWhitney(x, y)).toMatchObject({ u: 780, exact: false })
    // z = (20 − .5)/√(1600·81/12) = .187638
    expect(mannWhitney(x, y)?.less).toBeCloseTo(0.42557988952, 10)
  })

  test('mannWhitney(y, x) mirrors mannWhitney(x, y)', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const one = mannWhitney(x, y)
        const other = mannWhitney(y, x)
        expect(other?.greater).toBe(one?.less)
        expect(other?.less).toBe(one?.greater)
        expect(other?.twoSided).toBe(one?.twoSided)
        expect(other?.u).toBe(one && x.length * y.length - one.u)
      }),
      seeded,
    )
  })

  test('mannWhitney(x, y) counts the pairs, a tie one half, in any order', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const pairs = x.flatMap((a) => y.map((b) => (Math.sign(a - b) + 1) / 2))
        const got = mannWhitney(x, y)
        expect(got?.u).toBe(got && pairs.reduce((sum, pair) => sum + pair, 0))
        expect(mannWhitney(x.toReversed(), y.toReversed())).toEqual(got)
      }),
      seeded,
    )
  })

  test('mannWhitney(x, y) never answers a p outside (0, 1]', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        for (const p of Object.values(mannWhitney(x, y) ?? {}).slice(1, 4)) {
          expect(p).toBeGreaterThan(0)
          expect(p).toBeLessThanOrEqual(1)
        }
      }),
      seeded,
    )
  })
})

describe('exactRankSumCounts', () => {
  test('exactRankSumCounts(2, 3) counts the ten arrangements', () => {
    expect([...(exactRankSumCounts(2, 3) ?? [])]).toEqual([1, 1, 2, 2, 2, 1, 1])
    expect(exactRankSumCounts(3, 2)).toEqual(exactRankSumCounts(2, 3))
  })

  test('exactRankSumCounts(n, m) is symmetric and sums to the binomial coefficient, exactly', () => {
    const counts = exactRankSumCounts(28, 27)
    expect(counts?.reduce((sum, count) => sum + count, 0)).toBe(3824345300380220)
    expect(counts?.toReversed()).toEqual(counts)
  })

  test('exactRankSumCounts(n, m) is undefined where doubles no longer count exactly', () => {
    expect(exactRankSumCounts(28, 28)).toBeDefined()
    expect(exactRankSumCounts(29, 29)).toBeUndefined()
    expect(exactRankSumCounts(2, 5000)).toBeDefined()
    expect(exactRankSumCounts(2, 5001)).toBeUndefined()
  })
})

describe('hodgesLehmann', () => {
  test('hodgesLehmann(x, y, .95) gives the published shift and exact interval', () => {
    const got = hodgesLehmann(atTerm, early, 0.95)
    expect(got?.shift).toBeCloseTo(published.HL, 14)
    expect(got?.interval?.low).toBeCloseTo(published.ci_exact[0] ?? 0, 14)
    expect(got?.interval?.high).toBeCloseTo(published.ci_exact[1] ?? 0, 14)
  })

  test('hodgesLehmann(x, y, level) has no interval where even the whole range does not reach the level', () => {
    expect(hodgesLehmann([1, 2], [4, 7], 0.9)).toEqual({ shift: -4, interval: undefined })
    expect(hodgesLehmann([1, 2], [4, 7], 0.6)?.interval).toEqual({ low: -6, high: -2 })
  })

  test('hodgesLehmann(x, y, level) of one value each is their difference', () => {
    expect(hodgesLehmann([5], [3], 0.5)).toEqual({ shift: 2, interval: undefined })
  })

  test('hodgesLehmann(x, y, .98) with ties takes the ranks of the corrected normal', () => {
    const x = [3, 4, 4, 5, 6, 6, 7, 8, 9, 9]
    const y = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    // All differences are whole, so the neighbouring ranks hold the same value.
    const differences = x.flatMap((a) => y.map((b) => a - b)).sort((a, b) => a - b)
    expect(hodgesLehmann(x, y, 0.98)).toEqual({
      shift: 3,
      interval: { low: differences[19], high: differences[80] },
    })
  })

  test('hodgesLehmann(x, y, .9) of large samples takes the rank of the normal, rounded up', () => {
    const x = Array.from({ length: 40 }, (_, i) => 41 * i)
    const y = Array.from({ length: 40 }, (_, j) => j + 0.5)
    const differences = x.flatMap((a) => y.map((b) => a - b)).sort((a, b) => a - b)
    // 800 − 1.644854 · √(1600 · 81/12) − ½ = 628.56
    expect(hodgesLehmann(x, y, 0.9)?.interval).toEqual({
      low: differences[628],
      high: differences[1600 - 629],
    })
  })

  test('hodgesLehmann(x + c, y, level) moves by c, and swapping the samples flips the sign', () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: -5, max: 5 }), (x, y, c) => {
        const one = hodgesLehmann(x, y, 0.9)
        const moved = hodgesLehmann(
          x.map((value) => value + c),
          y,
          0.9,
        )
        const swapped = hodgesLehmann(y, x, 0.9)
        expect(moved?.shift).toBe((one?.shift ?? Number.NaN) + c)
        expect((swapped?.shift ?? Number.NaN) + (one?.shift ?? Number.NaN)).toBe(0)
        expect(swapped?.interval?.low).toBe(one?.interval && 0 - one.interval.high)
      }),
      seeded,
    )
  })

  test('hodgesLehmann(x, y, .9) covers the true shift in nine of ten samples of unequal size', () => {
    for (const [n, m] of [
      [6, 11],
      [12, 80],
    ] as const) {
      const random = seededRandom(7)
      let covered = 0
      for (let round = 0; round < 1000; round++) {
        const x = Array.from({ length: n }, () => random() ** 2 + 0.5)
        const y = Array.from({ length: m }, () => random() ** 2)
        const interval = hodgesLehmann(x, y, 0.9)?.interval
        if (interval && interval.low <= 0.5 && interval.high >= 0.5) covered++
      }
      expect(covered).toBeGreaterThan(875)
      expect(covered).toBeLessThan(945)
    }
  })
})

describe('mannWhitney at equal distributions', () => {
  test('mannWhitney(x, y) rejects at most 5 % at .05, also with ties and unequal sizes', () => {
    const random = seededRandom(11)
    let rejected = 0
    for (let round = 0; round < 2000; round++) {
      const x = Array.from({ length: 5 }, () => Math.floor(random() * 8))
      const y = Array.from({ length: 35 }, () => Math.floor(random() * 8))
      if ((mannWhitney(x, y)?.twoSided ?? 1) <= 0.05) rejected++
    }
    expect(rejected).toBeLessThan(2000 * (0.05 + 3 * 0.0049))
    expect(rejected).toBeGreaterThan(2000 * 0.03)
  })
})

/** Park and Miller's minimal standard generator. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}
