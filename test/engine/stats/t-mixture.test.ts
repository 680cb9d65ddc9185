import { describe, expect, it } from 'vitest'
import { logTMixture, tOfMixture } from '../../../src/engine/stats/t-mixture.ts'

/**
 * The same e-value by brute force: the mean's likelihood ratio over effects (half a normal distribution) and variances
 * (those that fit the learned one), on a grid.
 */
function byIntegration(t: number, df: number, ratio: number): number {
  let [above, at] = [0, 0]
  for (let logScale = -8; logScale <= 8; logScale += 0.004) {
    const precision = Math.exp(logScale)
    // the posterior of the precision after the learned variance alone, with the flat prior of ln σ
    const prior = Math.exp((df / 2) * logScale - (df * precision) / 2)
    const likelihood = (mean: number): number =>
      Math.sqrt(precision) * Math.exp((-precision * (t - mean) ** 2) / 2)
    at += prior * likelihood(0)
    let sum = 0
    const spread = Math.sqrt(ratio / precision)
    const steps = 400
    for (let i = 0; i < steps; i++) {
      const z = (8 * (i + 0.5)) / steps
      sum += ((2 * Math.exp(-(z ** 2) / 2)) / Math.sqrt(2 * Math.PI)) * likelihood(spread * z) * (8 / steps)
    }
    above += prior * sum
  }
  return Math.log(above / at)
}

describe('logTMixture', () => {
  it.each([
    [0, 5, 1],
    [2.5, 3, 10],
    [4, 12, 3],
    [-2, 6, 4],
    [1, 40, 100],
  ])('agrees with the integral at t = %d, df = %d and ratio = %d', (t, df, ratio) => {
    expect(logTMixture(t, df, ratio)).toBeCloseTo(byIntegration(t, df, ratio), 3)
  })

  it('grows with t, up to a bound that depends on the degrees of freedom', () => {
    const values = [-50, -3, -1, 0, 1, 3, 10, 1e3, 1e9].map((t) => logTMixture(t, 3, 20))
    expect(values).toEqual([...values].sort((a, b) => a - b))
    const bound = Math.log(2) + 1.5 * Math.log(21)
    expect(values.at(-1)).toBeLessThan(bound)
    expect(values.at(-1)).toBeGreaterThan(bound - 0.001)
    expect(values[0]).toBeGreaterThan(-20)
  })

  it('is the mixture of a known variance where the degrees of freedom have no end', () => {
    const known = (t: number, ratio: number): number =>
      -0.5 * Math.log1p(ratio) + (t ** 2 * ratio) / (2 * (1 + ratio))
    // far above 0 the half that lies above is all
    expect(logTMixture(9, Infinity, 5)).toBeCloseTo(known(9, 5) + Math.log(2), 4)
  })

  it('is a fair bet: its mean is 1 when there is no effect', () => {
    const [df, ratio] = [5, 4]
    let [sum, weight] = [0, 0]
    for (let t = -400; t <= 400; t += 0.01) {
      const density = (1 + t ** 2 / df) ** (-(df + 1) / 2)
      sum += density * Math.exp(logTMixture(t, df, ratio))
      weight += density
    }
    expect(sum / weight).toBeCloseTo(1, 3)
  })
})

describe('tOfMixture', () => {
  it.each([
    [Math.log(20), 5, 10],
    [Math.log(20), 30, 3],
    [1, 8, 2],
  ])('gives the t at which the two-sided mixture reaches %d', (log, df, ratio) => {
    const t = tOfMixture(log, df, ratio) ?? NaN
    const twoSided = (at: number): number =>
      Math.log((Math.exp(logTMixture(at, df, ratio)) + Math.exp(logTMixture(-at, df, ratio))) / 2)
    expect(twoSided(t)).toBeCloseTo(log, 8)
  })

  it('has no t where so few degrees of freedom never reach it', () => {
    expect(tOfMixture(Math.log(20), 1, 10)).toBeUndefined()
    expect(tOfMixture(Math.log(20), 1, 1e4)).toBeGreaterThan(0)
  })
})
