import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  LEAST_HISTORY,
  learnSeriesNoise,
  type SeriesNoise,
} from '../../../../src/engine/kinds/series/series-noise.ts'
import { createRandom } from '../../../../src/simulate/random.ts'
import { sampleNormal } from '../../../../src/simulate/sample-normal.ts'

function noiseOf(history: readonly number[], least = 0): SeriesNoise {
  const noise = learnSeriesNoise(Float64Array.from(history), least)
  if (noise === undefined) throw new Error('expected noise')
  return noise
}

/** A series with this correlation from slice to slice, and variance 1. */
function correlated(correlation: number, slices: number, seed = 'noise'): readonly number[] {
  const random = createRandom(`${seed}/${correlation}`)
  let y = sampleNormal(random)
  return Array.from({ length: slices }, () => {
    y = correlation * y + Math.sqrt(1 - correlation ** 2) * sampleNormal(random)
    return y
  })
}

/** The variance of the mean of n slices. */
function trueVariance(correlation: number, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += correlation ** Math.abs(i - j)
  return sum / n ** 2
}

describe('learnSeriesNoise', () => {
  it.each([0, 0.5, 0.8, 0.95])(
    'learns the variance of a mean of n slices with correlation %d from a long history',
    (correlation) => {
      const noise = noiseOf(correlated(correlation, 100_000))
      for (const n of [1, 2, 3, 5, 8, 10, 27, 30]) {
        const truth = trueVariance(correlation, n)
        expect(noise.variance(n) / truth).toBeGreaterThan(0.9)
        expect(noise.variance(n) / truth).toBeLessThan(1.15)
      }
    },
  )

  it('learns half the mean squared change of two slices in a row', () => {
    const history = correlated(0.5, 60)
    const changes = history.slice(1).map((y, k) => (y - (history[k] ?? 0)) ** 2)
    expect(noiseOf(history).single).toBeCloseTo(changes.reduce((a, b) => a + b) / (2 * 59), 12)
  })

  it('adds half of each block length and one and a half of the longest', () => {
    // 30 slices hold blocks of 1, 2, 4 and 8; this step is seen by each block that spans it
    const step = Array.from({ length: 30 }, (_, k) => (k < 15 ? 0 : 1))
    const halves = [1, 2, 4, 8].map((length) => {
      let [sum, pairs] = [0, 0]
      for (let at = 0; at + 2 * length <= 30; at++) {
        const mean = (from: number): number =>
          step.slice(from, from + length).reduce<number>((a, b) => a + b, 0) / length
        sum += (mean(at + length) - mean(at)) ** 2
        pairs++
      }
      return sum / (2 * pairs)
    })
    const [one = 0, two = 0, four = 0, eight = 0] = halves
    const noise = noiseOf(step)
    expect(noise.variance(1)).toBeCloseTo((one + two + four) / 2 + 1.5 * eight, 12)
    expect(noise.variance(4)).toBeCloseTo(four / 2 + 1.5 * eight, 12)
    expect(noise.variance(8)).toBeCloseTo(1.5 * eight, 12)
    expect(noise.variance(16)).toBeCloseTo(0.75 * eight, 12)
    const halfway = noise.variance(1) + (noise.variance(2) - noise.variance(1)) * Math.log2(1.5)
    expect(noise.variance(1.5)).toBeCloseTo(halfway, 12)
  })

  it('gives the longest block its own degrees of freedom, and shorter ones more', () => {
    const noise = noiseOf(correlated(0, 120))
    const ofBlock = (length: number): number =>
      ((3 * 119) / (2 * length) - (2 * 118) / 120) * ((4 * length ** 2) / (4 * length ** 2 + 5))
    expect(noise.df(32)).toBeCloseTo(ofBlock(32), 10)
    expect(noise.df(100)).toBeCloseTo(ofBlock(32), 10)
    expect(noise.df(1)).toBe(119)
    expect(noise.df(8)).toBeLessThan(noise.df(1))
  })

  it(`needs ${LEAST_HISTORY} values, wherever they are`, () => {
    const gappy = (values: number): Float64Array =>
      Float64Array.from({ length: 2 * values }, (_, k) => (k % 2 === 0 ? Number.NaN : k % 3))
    expect(learnSeriesNoise(gappy(LEAST_HISTORY - 1), 0)).toBeUndefined()
    expect(learnSeriesNoise(gappy(LEAST_HISTORY), 0)?.variance(4)).toBeGreaterThan(0)
    expect(learnSeriesNoise(new Float64Array(0), 0)).toBeUndefined()
  })

  it('leaves out blocks of which more than half is missing', () => {
    const history = Array.from({ length: 90 }, (_, k) => (k >= 30 && k < 60 ? Number.NaN : k < 30 ? 0 : 5))
    // no pair of blocks up to 16 slices sees both sides of the gap
    expect(noiseOf(history).single).toBe(0)
    expect(noiseOf(history).variance(1)).toBe(0)
  })

  it('says nothing of a series that never changes but what is always assumed', () => {
    const noise = noiseOf(
      Array.from({ length: 60 }, () => 7),
      0.01,
    )
    expect([noise.single, noise.variance(1), noise.variance(30), noise.least]).toEqual([0, 0, 0, 0.01])
    expect(noise.df(3)).toBeGreaterThan(1)
  })

  it('does not depend on the level, and scales with the square of the unit', () => {
    const history = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 40, maxLength: 80 })
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 40 }), (values, n) => {
        const plain = noiseOf(values)
        const moved = noiseOf(values.map((y) => 4 * y + 8))
        expect(moved.variance(n)).toBeCloseTo(16 * plain.variance(n), 5)
        expect(moved.df(n)).toBeCloseTo(plain.df(n), 4)
      }),
    )
  })

  it('lets longer means never vary more', () => {
    const history = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 30, maxLength: 200 })
    fc.assert(
      fc.property(history, (values) => {
        const noise = noiseOf(values)
        const variance = (n: number): number => noise.variance(n)
        for (let n = 1; n < 60; n++)
          expect(variance(n + 1)).toBeLessThanOrEqual(variance(n) * (1 + 1e-9) + 1e-12)
      }),
    )
  })
})
