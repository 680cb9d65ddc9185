import { describe, expect, it } from 'vitest'
import type { SeriesNoise } from '../../../../src/engine/kinds/series/series-noise.ts'
import {
  goodPath,
  harmPath,
  intervalOf,
  type Mean,
  meansFrom,
} from '../../../../src/engine/kinds/series/series-tests.ts'
import { latestMeans } from '../../../../src/engine/evidence/latest-means.ts'
import { logTMixture } from '../../../../src/engine/stats/t-mixture.ts'

/** Independent slices of variance 0.01, known with ten degrees of freedom. */
const noise: SeriesNoise = { single: 0.01, least: 0.0004, variance: (n) => 0.01 / n, df: () => 10 }
const none = Number.NaN
/** Changes of 0.1 up and down: half their mean square is 0.005, less than two arms like stable have. */
const calm = Float64Array.from([0.3, 0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2])
const wild = calm.map((y) => y * 10)

function meanAt(means: readonly (Mean | undefined)[], t: number): Mean {
  const mean = means[t]
  if (mean === undefined) throw new Error(`expected a mean at ${t}`)
  return mean
}

describe('meansFrom', () => {
  it('waits until five changes say how noisy the canary is', () => {
    expect(meansFrom(calm, noise, 0).findIndex((mean) => mean !== undefined)).toBe(5)
    expect(meansFrom(calm, noise, 2).findIndex((mean) => mean !== undefined)).toBe(7)
    expect(meansFrom(calm, noise, 3)).toEqual(Array(8).fill(undefined))
  })

  it('takes two arms like stable where the difference is calmer than those', () => {
    const mean = meanAt(meansFrom(calm, noise, 0), 5)
    const variance = (2 * 0.01) / 6 + 2 * 0.0004
    expect(mean.value).toBeCloseTo(0.25, 12)
    expect(mean.error).toBeCloseTo(Math.sqrt(variance), 12)
    expect(mean.worth).toBeCloseTo((2 * 0.01 + 2 * 0.0004) / variance, 10)
    const learned = (2 * 0.01) / 6
    expect(mean.df).toBeCloseTo((1 / (1 / 10 + 3 / (2 * 5))) * (variance / learned) ** 2, 10)
  })

  it('widens the noise where the difference changes more than two arms like stable', () => {
    const mean = meanAt(meansFrom(wild, noise, 0), 7)
    // half the mean squared change is 0.5, that of two such arms 0.02
    expect(mean.error).toBeCloseTo(Math.sqrt((25 * 2 * 0.01) / 8 + 2 * 0.0004), 12)
  })

  it('skips slices without a value, and counts the change across them', () => {
    const gappy = Float64Array.from([0.3, none, 0.2, 0.3, none, none, 0.2, 0.3, 0.2])
    const means = meansFrom(gappy, noise, 0)
    expect(means.findIndex((mean) => mean !== undefined)).toBe(8)
    expect(meanAt(means, 8).value).toBeCloseTo(1.5 / 6, 12)
  })

  it('takes changes for lasting where stable never changed', () => {
    const still: SeriesNoise = { single: 0, least: 0, variance: () => 0, df: () => 10 }
    const first = meanAt(meansFrom(calm, still, 0), 5)
    expect(first.error).toBeCloseTo(Math.sqrt(0.005), 12)
    expect(meanAt(meansFrom(calm, still, 0), 7).error).toBeCloseTo(Math.sqrt(0.005), 12)
    expect(meansFrom(new Float64Array(8), still, 0)).toEqual(Array(8).fill(undefined))
  })

  it('knows a noise exactly that is assumed and not learned', () => {
    const assumed: SeriesNoise = { single: 0, least: 0.01, variance: () => 0, df: () => 10 }
    const mean = meanAt(meansFrom(new Float64Array(8).fill(1), assumed, 0), 6)
    expect([mean.error, mean.df, mean.worth]).toEqual([Math.sqrt(0.02), Infinity, 1])
  })
})

const whole = [{ from: 0, weight: 1 }]
const e = (mean: Mean, bound: number): number =>
  [1, 10, 100].reduce(
    (sum, effect) =>
      sum + Math.exp(logTMixture((mean.value - bound) / mean.error, mean.df, effect * mean.worth)) / 3,
    0,
  )

describe('harmPath', () => {
  it('bets on small, middle and large effects alike', () => {
    const path = harmPath(calm, noise, {
      tolerance: 0.1,
      from: 0,
      latest: latestMeans(calm, 0),
      restarts: whole,
    })
    const means = meansFrom(calm, noise, 0)
    expect(path[4]).toBe(0)
    expect(Math.exp(path[7] ?? 0)).toBeCloseTo(e(meanAt(means, 7), 0.1), 8)
  })

  it('keeps the part of each step that has not begun', () => {
    const late = Float64Array.from({ length: 20 }, (_, t) => (t < 10 ? 0.05 : 1) + (t % 2) / 10)
    const restarts = [
      { from: 0, weight: 0.7 },
      { from: 10, weight: 0.2 },
      { from: 19, weight: 0.1 },
    ]
    const path = harmPath(late, noise, { tolerance: 0.1, from: 0, latest: latestMeans(late, 0), restarts })
    const [all, own] = [meanAt(meansFrom(late, noise, 0), 18), meanAt(meansFrom(late, noise, 10), 18)]
    expect(Math.exp(path[18] ?? 0)).toBeCloseTo(0.7 * e(all, 0.1) + 0.2 * e(own, 0.1) + 0.1, 6)
    expect(Math.exp(path[19] ?? 0)).toBeGreaterThan(e(all, 0.1))
  })

  it('shows nothing while the latest values are within the tolerance', () => {
    const over = Float64Array.from({ length: 16 }, (_, t) => (t < 10 ? 1 : 0) + (t % 2) / 10)
    const path = harmPath(over, noise, {
      tolerance: 0.1,
      from: 0,
      latest: latestMeans(over, 0),
      restarts: whole,
    })
    expect(path[9]).toBeGreaterThan(2)
    expect(path[15]).toBeLessThanOrEqual(0)
  })
})

describe('goodPath', () => {
  it('is the evidence of harm with the other sign', () => {
    const means = meansFrom(calm, noise, 0)
    const mean = meanAt(means, 7)
    const path = goodPath(means, 0.5)
    expect(Math.exp(path[7] ?? 0)).toBeCloseTo(e({ ...mean, value: -mean.value }, -0.5), 8)
    expect(path[7]).toBeGreaterThan(0)
    expect(path[4]).toBe(0)
  })
})

describe('intervalOf', () => {
  it('holds the values that the two-sided mixture does not exclude', () => {
    const mean: Mean = { value: 0.2, error: 0.05, df: 12, worth: 6 }
    const { low, high } = intervalOf(mean, Math.log(20)) ?? { low: NaN, high: NaN }
    expect((low + high) / 2).toBeCloseTo(0.2, 12)
    const t = (high - 0.2) / 0.05
    const both = (Math.exp(logTMixture(t, 12, 60)) + Math.exp(logTMixture(-t, 12, 60))) / 2
    expect(both).toBeCloseTo(20, 6)
  })

  it('has no end where so few data leave everything', () => {
    expect(intervalOf({ value: 1, error: 1, df: 0.5, worth: 1 }, Math.log(20))).toBeUndefined()
  })
})
