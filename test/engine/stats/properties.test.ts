import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialCdf } from '../../../src/engine/stats/binomial-cdf.ts'
import { binomialUpperTail } from '../../../src/engine/stats/binomial-upper-tail.ts'
import { chiSquareSf } from '../../support/stats/chi-square-sf.ts'
import { incompleteBeta } from '../../../src/engine/stats/incomplete-beta.ts'
import {
  incompleteGammaLower,
  incompleteGammaUpper,
} from '../../../src/engine/stats/incomplete-gamma-upper.ts'
import { logAddExp } from '../../../src/engine/stats/log-add-exp.ts'
import { logGamma } from '../../../src/engine/stats/log-gamma.ts'
import { logSumExp } from '../../../src/engine/stats/log-sum-exp.ts'
import { normalLogSf } from '../../../src/engine/stats/normal-log-sf.ts'
import { normalQuantile } from '../../../src/engine/stats/normal-quantile.ts'
import { normalSf } from '../../../src/engine/stats/normal-sf.ts'
import { poissonCdf } from '../../support/stats/poisson-cdf.ts'
import { poissonQuantile } from '../../../src/engine/stats/poisson-quantile.ts'
import { studentTQuantile } from '../../support/stats/student-t-quantile.ts'
import { studentTSf } from '../../../src/engine/stats/student-t-sf.ts'
import { twoProportionZ } from '../../../bench/rules/two-proportion-z.ts'
import { conformance } from './conformance.ts'

const runs = { seed: 3, numRuns: 300 }
const share = fc.double({ min: 0, max: 1, noNaN: true })

function real(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true })
}

function magnitude(least: number, most: number): fc.Arbitrary<number> {
  return real(least, most).map((exponent) => 10 ** exponent)
}

function expectClose(got: number, expected: number, relative = 1e-12): void {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))
}

describe('special functions', () => {
  test('logGamma(x + 1) = logGamma(x) + ln x', () => {
    fc.assert(
      fc.property(magnitude(-10, 10), (x) => {
        const scale = Math.max(1, Math.abs(logGamma(x + 1)))
        expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThan(1e-13 * scale + 1e-13)
      }),
      runs,
    )
  })

  test('incompleteBeta(a, b, x) is a probability, never falls in x, and mirrors in a and b', () => {
    fc.assert(
      fc.property(magnitude(-3, 7), magnitude(-3, 7), share, share, (a, b, one, other) => {
        const low = incompleteBeta(a, b, Math.min(one, other))
        const high = incompleteBeta(a, b, Math.max(one, other))
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(high - low).toBeGreaterThanOrEqual(-1e-14)
        expect(
          Math.abs(incompleteBeta(b, a, 1 - one, one) - (1 - incompleteBeta(a, b, one, 1 - one))),
        ).toBeLessThan(1e-12)
      }),
      runs,
    )
  })

  test('incompleteBeta(a, b, x) is the same on both sides of the switch to the integral', () => {
    for (const x of [0.47, 0.49, 0.5, 0.505, 0.53]) {
      // I_x(a, a) at neighbouring a differ smoothly: the middle is the mean of its neighbours to second order.
      const [before = 0, at = 0, after = 0] = [2999.999, 3000, 3000.001].map((a) => incompleteBeta(a, a, x))
      expectClose(at, (before + after) / 2, 1e-10)
    }
  })

  test('incompleteBeta(a, b, x, complement) uses the complement where x rounds to 1', () => {
    // 1 − I = (1 − x)^b for a = 1
    expect(incompleteBeta(1, 0.5, 1, 1e-30)).toBeCloseTo(1 - 1e-15, 16)
    // I_x(a, 1) = x^a = exp(−1e20 · 1e-20)
    expectClose(incompleteBeta(1e20, 1, 1, 1e-20), Math.exp(-1), 1e-12)
  })

  test('incompleteGammaLower(a, x) + incompleteGammaUpper(a, x) = 1', () => {
    fc.assert(
      fc.property(magnitude(-8, 7), real(0, 3), (a, ratio) => {
        expectClose(incompleteGammaLower(a, a * ratio) + incompleteGammaUpper(a, a * ratio), 1)
      }),
      runs,
    )
  })
})

describe('the normal distribution', () => {
  test('normalLogSf(z) is ln normalSf(z) where that does not underflow', () => {
    fc.assert(
      fc.property(real(-8, 37), (z) => expectClose(Math.exp(normalLogSf(z)), normalSf(z))),
      runs,
    )
  })

  test('normalLogSf(z) keeps its digits where normalSf(z) rounds to 1', () => {
    // −P(Z > 20) = −2.753624118606234e-89
    expectClose(normalLogSf(-20), -2.753624118606234e-89)
  })

  test('normalSf(normalQuantile(1 − p)) = p', () => {
    fc.assert(
      fc.property(magnitude(-300, -0.31), (p) => expectClose(normalSf(-normalQuantile(p)), p, 1e-11)),
      runs,
    )
  })
})

describe("Student's distribution", () => {
  test('studentTSf(studentTQuantile(p, df), df) = 1 − p, on either side', () => {
    fc.assert(
      fc.property(fc.oneof(magnitude(-200, -0.31), real(0.4, 0.5)), magnitude(-0.2, 16), (p, df) => {
        const t = studentTQuantile(p, df)
        const backwards = t === -Infinity ? p : studentTSf(-t, df)
        expectClose(backwards, p, 1e-11)
      }),
      runs,
    )
  })

  test('studentTQuantile(1 − p, df) = −studentTQuantile(p, df)', () => {
    for (const df of [0.5, 3, 77]) {
      expect(studentTQuantile(0.75, df)).toBe(-studentTQuantile(0.25, df))
      expect(studentTQuantile(0.0625, df)).toBe(-studentTQuantile(0.9375, df))
    }
  })

  test('studentTQuantile(½ + d, df) keeps its digits near 0', () => {
    // t = d / density(0), and the density of one degree of freedom at 0 is 1/π
    expectClose(studentTQuantile(0.5 + 2 ** -30, 1), Math.PI * 2 ** -30, 1e-14)
  })

  test('studentTSf(t, df) is a power law far out', () => {
    // P(T > t) of the Cauchy distribution is 1/(πt); of two degrees of freedom 1/(2t²)
    expectClose(studentTSf(1e8, 1), 1 / (Math.PI * 1e8))
    expectClose(studentTSf(1e10, 1), 1 / (Math.PI * 1e10))
    expectClose(studentTSf(1e200, 1), 1e-200 / Math.PI)
    expectClose(studentTSf(1e140, 2), 0.5e-280)
    expect(studentTSf(-1e200, 1)).toBe(1)
  })

  test('studentTSf(t, df) meets the normal where df is huge', () => {
    expectClose(studentTSf(3, 0.99e17), normalSf(3))
    expectClose(studentTSf(3, 1.01e17), normalSf(3))
  })
})

describe('counts', () => {
  test('binomialCdf(k − 1, n, p) + binomialUpperTail(k, n, p) = 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), share, share, (n, where, p) => {
        const k = Math.round(where * n)
        expectClose(binomialCdf(k - 1, n, p) + binomialUpperTail(k, n, p), 1)
      }),
      runs,
    )
  })

  test('binomialUpperTail(n, n, p) = p^n and binomialCdf(0, n, p) = (1 − p)^n', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), real(0.01, 0.99), (n, p) => {
        expectClose(binomialUpperTail(n, n, p), p ** n)
        expectClose(binomialCdf(0, n, p), (1 - p) ** n)
      }),
      runs,
    )
  })

  test('poissonCdf(0, mu) = e^−mu', () => {
    for (const mu of [1e-6, 0.5, 3, 300]) expectClose(poissonCdf(0, mu), Math.exp(-mu))
  })

  test('poissonQuantile(p, mu) is the smallest k whose cdf reaches p', () => {
    fc.assert(
      fc.property(real(1e-9, 0.999999), magnitude(-6, 6), (p, mu) => {
        const k = poissonQuantile(p, mu)
        expect(poissonCdf(k, mu)).toBeGreaterThanOrEqual(p - 1e-14)
        expect(poissonCdf(k - 1, mu)).toBeLessThan(p + 1e-14)
      }),
      runs,
    )
  })

  test('poissonQuantile(p, mu) reaches p where p is a value of the cdf', () => {
    for (const k of [0, 1, 4, 9]) expect(poissonQuantile(poissonCdf(k, 0.4), 0.4)).toBe(k)
  })
})

describe('sums of exponentials', () => {
  test('logSumExp(values) is the logarithm of the sum, wherever the values lie', () => {
    fc.assert(
      fc.property(fc.array(real(-5, 5), { minLength: 1 }), real(-1e5, 1e5), (values, shift) => {
        const direct = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0))
        const moved = logSumExp(values.map((value) => value + shift))
        expect(Math.abs(logSumExp(values) - direct)).toBeLessThan(1e-12)
        expect(Math.abs(moved - shift - direct)).toBeLessThan(1e-9)
      }),
      runs,
    )
  })

  test('logAddExp(a, b) is logSumExp([a, b]), either way round', () => {
    fc.assert(
      fc.property(real(-800, 800), real(-800, 800), (a, b) => {
        expect(Math.abs(logAddExp(a, b) - logSumExp([a, b]))).toBeLessThan(1e-12)
        expect(logAddExp(b, a)).toBe(logAddExp(a, b))
      }),
      runs,
    )
    expect(logAddExp(2, 2)).toBeCloseTo(2 + Math.log(2), 15)
  })

  test('logAddExp(a, b) keeps what a tiny b adds', () => {
    expectClose(logAddExp(0, -50), Math.exp(-50))
  })
})

describe('twoProportionZ', () => {
  test('twoProportionZ(x1, n1, x2, n2) squared is the chi-square of the table', () => {
    // 1/500 against 0/9500: χ² = N (ad − bc)² / (r1 r2 c1 c2) = 10000 · 9500² / (500 · 9500 · 1 · 9999)
    const got = twoProportionZ(1, 500, 0, 9500)
    expectClose((got?.z ?? 0) ** 2, (1e4 * 9500 ** 2) / (500 * 9500 * 9999))
    expectClose(got?.twoSided ?? 0, chiSquareSf((got?.z ?? 0) ** 2, 1))
    expectClose(got?.greater ?? 0, (got?.twoSided ?? 0) / 2)
  })

  test('twoProportionZ of equal shares is z = 0, p = 1', () => {
    expect(twoProportionZ(1, 10, 2, 20)).toEqual({ z: 0, greater: 0.5, twoSided: 1 })
  })

  test('twoProportionZ mirrors when the sides are swapped', () => {
    const one = twoProportionZ(8, 100, 5, 300)
    const other = twoProportionZ(5, 300, 8, 100)
    expectClose(other?.z ?? 0, -(one?.z ?? 0))
    expectClose(other?.twoSided ?? 0, one?.twoSided ?? 0)
    expectClose(other?.greater ?? 0, 1 - (one?.greater ?? 0))
  })
})

describe('published examples', () => {
  test('chiSquareSf(x, 1) gives the sample-ratio example', () => {
    const { statistic, pvalue } = conformance['SRM 821588/815482 50:50']
    expectClose(chiSquareSf(statistic, 1), pvalue, 1e-10)
  })

  test('binomialUpperTail(k, n, p) gives the conditional tails of tiny tables', () => {
    for (const { tab, binom_p: p } of conformance.tiny) {
      const [xc, nc, xs, ns] = tab
      expectClose(binomialUpperTail(xc, xc + xs, nc / (nc + ns)), p, 1e-12)
    }
  })

  test('binomialCdf(k, n, p) gives the coverage of rank intervals', () => {
    for (const [name, n, p] of [
      ['rank CI n=100 p=0.9 (95%)', 100, 0.9],
      ['rank CI n=1000 p=0.95 (95%)', 1000, 0.95],
      ['rank CI n=150 p=0.99 (95%)', 150, 0.99],
    ] as const) {
      const { l, u, coverage } = conformance[name]
      expect(binomialCdf(u - 1, n, p) - binomialCdf(l - 1, n, p)).toBeCloseTo(coverage, 12)
    }
  })

  test('binomialCdf and binomialUpperTail at the Clopper-Pearson bounds of 15/148 are .025', () => {
    const [low, high] = conformance['wilson 15/148 (Newcombe 1998a)'].cp
    expectClose(binomialUpperTail(15, 148, low), 0.025, 1e-10)
    expectClose(binomialCdf(15, 148, high), 0.025, 1e-10)
  })
})
