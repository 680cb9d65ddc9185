import { describe, expect, test } from 'vitest'
import { logFactorial } from '../../src/simulate/log-factorial.ts'
import { createRandom, type Random } from '../../src/simulate/random.ts'
import { sampleBinomial } from '../../src/simulate/sample-binomial.ts'
import { sampleLogNormal } from '../../src/simulate/sample-log-normal.ts'
import { sampleNormal } from '../../src/simulate/sample-normal.ts'
import { samplePoisson } from '../../src/simulate/sample-poisson.ts'
import { binomialCdf } from '../../src/engine/stats/binomial-cdf.ts'
import { normalSf } from '../../src/engine/stats/normal-sf.ts'
import { poissonCdf } from '../support/stats/poisson-cdf.ts'

const draws = 20_000

function drawMany(seed: string, sample: (random: Random) => number): number[] {
  const random = createRandom(seed)
  return Array.from({ length: draws }, () => sample(random)).sort((x, y) => x - y)
}

/** The largest distance between the distribution of the draws and the true one: Kolmogorov's statistic times √n. */
function distance(sorted: readonly number[], cdf: (x: number) => number): number {
  let largest = 0
  for (let i = 0; i < sorted.length; i++) {
    const x = sorted[i] ?? 0
    if (x === sorted[i + 1]) continue
    largest = Math.max(largest, Math.abs((i + 1) / sorted.length - cdf(x)))
  }
  return largest * Math.sqrt(sorted.length)
}

// P(√n·D > 1.95) = .001, and smaller for whole numbers
const limit = 1.95

describe('sampleBinomial', () => {
  test.each([
    [1, 0.3],
    [20, 0.02],
    [20, 0.98],
    [285, 0.005],
    [285, 0.4],
    [285, 0.97],
    [40, 0.5],
    [1000, 0.0101],
    [1_000_000, 0.000_002],
    [1_000_000, 0.005],
    [1_000_000, 0.5],
    [1_000_000, 0.9999],
  ])('sampleBinomial(%d, %d) follows the binomial distribution', (trials, chance) => {
    const sorted = drawMany(`binomial ${trials} ${chance}`, (random) =>
      sampleBinomial(random, trials, chance),
    )
    expect(distance(sorted, (k) => binomialCdf(k, trials, chance))).toBeLessThan(limit)
    expect(sorted.every((k) => Number.isInteger(k) && k >= 0 && k <= trials)).toBe(true)
  })

  test('sampleBinomial(n, 0) is 0, (n, 1) is n, (0, p) is 0', () => {
    const random = createRandom(1)
    expect(sampleBinomial(random, 50, 0)).toBe(0)
    expect(sampleBinomial(random, 50, 1)).toBe(50)
    expect(sampleBinomial(random, 0, 0.3)).toBe(0)
  })

  test.each([
    [-1, 0.5],
    [1.5, 0.5],
    [Number.NaN, 0.5],
    [10, -0.1],
    [10, 1.1],
    [10, Number.NaN],
  ])('sampleBinomial(%d, %d) throws RangeError', (trials, chance) => {
    expect(() => sampleBinomial(createRandom(1), trials, chance)).toThrow(RangeError)
  })
})

describe('samplePoisson', () => {
  test.each([0.001, 0.5, 3, 9.99, 10, 14, 75, 285, 150_000])(
    'samplePoisson(%d) follows the Poisson law',
    (mean) => {
      const sorted = drawMany(`poisson ${mean}`, (random) => samplePoisson(random, mean))
      expect(distance(sorted, (k) => poissonCdf(k, mean))).toBeLessThan(limit)
    },
  )

  test('samplePoisson(0) is 0; of a mean that is none it throws RangeError', () => {
    expect(samplePoisson(createRandom(1), 0)).toBe(0)
    for (const mean of [-1, Number.NaN, Infinity]) {
      expect(() => samplePoisson(createRandom(1), mean)).toThrow(RangeError)
    }
  })
})

describe('continuous samplers', () => {
  test('sampleNormal() follows the normal distribution', () => {
    expect(distance(drawMany('normal', sampleNormal), (z) => 1 - normalSf(z))).toBeLessThan(limit)
  })

  test('sampleLogNormal(sd) has mean 1 and the standard deviation on the log scale', () => {
    const sorted = drawMany('log-normal', (random) => sampleLogNormal(random, 0.3))
    expect(distance(sorted, (x) => 1 - normalSf((Math.log(x) + 0.045) / 0.3))).toBeLessThan(limit)
    expect(sampleLogNormal(createRandom(1), 0)).toBe(1)
  })
})

describe('logFactorial', () => {
  test('logFactorial(n) is the sum of logarithms to 1e-12', () => {
    let sum = 0
    for (let n = 1; n <= 3000; n++) {
      sum += Math.log(n)
      expect(Math.abs(logFactorial(n) - sum)).toBeLessThan(1e-12 * Math.max(1, sum))
    }
  })
})
