import { describe, expect, test } from 'vitest'
import { binomialCdf } from '../../../src/engine/stats/binomial-cdf.ts'
import { binomialUpperTail } from '../../../src/engine/stats/binomial-upper-tail.ts'
import { chiSquareSf } from '../../support/stats/chi-square-sf.ts'
import { hodgesLehmann } from '../../../bench/rules/hodges-lehmann.ts'
import { incompleteBeta } from '../../../src/engine/stats/incomplete-beta.ts'
import {
  incompleteGammaLower,
  incompleteGammaUpper,
} from '../../../src/engine/stats/incomplete-gamma-upper.ts'
import { isotonicNonIncreasing } from '../../../src/engine/stats/isotonic-non-increasing.ts'
import { logAddExp } from '../../../src/engine/stats/log-add-exp.ts'
import { logGamma } from '../../../src/engine/stats/log-gamma.ts'
import { logSumExp } from '../../../src/engine/stats/log-sum-exp.ts'
import { mannWhitney } from '../../../bench/rules/mann-whitney.ts'
import { normalLogSf } from '../../../src/engine/stats/normal-log-sf.ts'
import { normalQuantile } from '../../../src/engine/stats/normal-quantile.ts'
import { normalSf } from '../../../src/engine/stats/normal-sf.ts'
import { poissonCdf } from '../../support/stats/poisson-cdf.ts'
import { poissonQuantile } from '../../../src/engine/stats/poisson-quantile.ts'
import { studentTQuantile } from '../../support/stats/student-t-quantile.ts'
import { studentTSf } from '../../../src/engine/stats/student-t-sf.ts'
import { twoProportionZ } from '../../../bench/rules/two-proportion-z.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

describe('outside its domain every function throws and names the argument', () => {
  test.for<[string, () => unknown, string]>([
    ['logGamma(0)', () => logGamma(0), 'expected x > 0, got 0'],
    ['logGamma(NaN)', () => logGamma(nan), 'expected x > 0, got NaN'],
    ['incompleteBeta(0, 1, .5)', () => incompleteBeta(0, 1, 0.5), 'expected a > 0 and finite, got 0'],
    [
      'incompleteBeta(∞, 1, .5)',
      () => incompleteBeta(inf, 1, 0.5),
      'expected a > 0 and finite, got Infinity',
    ],
    ['incompleteBeta(1, 0, .5)', () => incompleteBeta(1, 0, 0.5), 'expected b > 0 and finite, got 0'],
    [
      'incompleteBeta(1, ∞, .5)',
      () => incompleteBeta(1, inf, 0.5),
      'expected b > 0 and finite, got Infinity',
    ],
    ['incompleteBeta(1, 1, 2)', () => incompleteBeta(1, 1, 2), 'expected x in [0, 1], got 2'],
    ['incompleteBeta(1, 1, −.1)', () => incompleteBeta(1, 1, -0.1), 'expected x in [0, 1], got -0.1'],
    ['incompleteBeta(1, 1, 1, 2)', () => incompleteBeta(1, 1, 1, 2), 'expected complement in [0, 1], got 2'],
    [
      'incompleteBeta(1, 1, 1, −1)',
      () => incompleteBeta(1, 1, 1, -1),
      'expected complement in [0, 1], got -1',
    ],
    ['incompleteGammaUpper(0, 1)', () => incompleteGammaUpper(0, 1), 'expected a > 0 and finite, got 0'],
    [
      'incompleteGammaUpper(∞, 1)',
      () => incompleteGammaUpper(inf, 1),
      'expected a > 0 and finite, got Infinity',
    ],
    ['incompleteGammaUpper(1, −1)', () => incompleteGammaUpper(1, -1), 'expected x ≥ 0, got -1'],
    ['incompleteGammaLower(0, 1)', () => incompleteGammaLower(0, 1), 'expected a > 0 and finite, got 0'],
    [
      'incompleteGammaLower(∞, 1)',
      () => incompleteGammaLower(inf, 1),
      'expected a > 0 and finite, got Infinity',
    ],
    ['binomialUpperTail(1, 2, −.5)', () => binomialUpperTail(1, 2, -0.5), 'expected p in [0, 1], got -0.5'],
    ['incompleteGammaLower(1, NaN)', () => incompleteGammaLower(1, nan), 'expected x ≥ 0, got NaN'],
    ['normalSf(NaN)', () => normalSf(nan), 'expected z a number, got NaN'],
    ['normalLogSf(NaN)', () => normalLogSf(nan), 'expected z a number, got NaN'],
    ['normalQuantile(1.1)', () => normalQuantile(1.1), 'expected p in [0, 1], got 1.1'],
    ['normalQuantile(−.1)', () => normalQuantile(-0.1), 'expected p in [0, 1], got -0.1'],
    ['studentTSf(NaN, 1)', () => studentTSf(nan, 1), 'expected t a number, got NaN'],
    ['studentTSf(1, 0)', () => studentTSf(1, 0), 'expected df > 0, got 0'],
    ['studentTQuantile(2, 1)', () => studentTQuantile(2, 1), 'expected p in [0, 1], got 2'],
    ['studentTQuantile(−1, 1)', () => studentTQuantile(-1, 1), 'expected p in [0, 1], got -1'],
    ['studentTQuantile(.5, 0)', () => studentTQuantile(0.5, 0), 'expected df > 0, got 0'],
    ['binomialCdf(1, 1.5, .5)', () => binomialCdf(1, 1.5, 0.5), 'expected n a whole number ≥ 0, got 1.5'],
    ['binomialCdf(1, −1, .5)', () => binomialCdf(1, -1, 0.5), 'expected n a whole number ≥ 0, got -1'],
    ['binomialCdf(1, 2, 1.5)', () => binomialCdf(1, 2, 1.5), 'expected p in [0, 1], got 1.5'],
    ['binomialCdf(1, 2, −.5)', () => binomialCdf(1, 2, -0.5), 'expected p in [0, 1], got -0.5'],
    ['binomialCdf(NaN, 2, .5)', () => binomialCdf(nan, 2, 0.5), 'expected k a number, got NaN'],
    [
      'binomialUpperTail(1, .5, .5)',
      () => binomialUpperTail(1, 0.5, 0.5),
      'expected n a whole number ≥ 0, got 0.5',
    ],
    [
      'binomialUpperTail(1, −2, .5)',
      () => binomialUpperTail(1, -2, 0.5),
      'expected n a whole number ≥ 0, got -2',
    ],
    ['binomialUpperTail(1, 2, NaN)', () => binomialUpperTail(1, 2, nan), 'expected p in [0, 1], got NaN'],
    ['binomialUpperTail(1, 2, 2)', () => binomialUpperTail(1, 2, 2), 'expected p in [0, 1], got 2'],
    ['binomialUpperTail(NaN, 2, .5)', () => binomialUpperTail(nan, 2, 0.5), 'expected k a number, got NaN'],
    ['chiSquareSf(NaN, 1)', () => chiSquareSf(nan, 1), 'expected x a number, got NaN'],
    ['chiSquareSf(1, 0)', () => chiSquareSf(1, 0), 'expected df > 0 and finite, got 0'],
    ['chiSquareSf(1, ∞)', () => chiSquareSf(1, inf), 'expected df > 0 and finite, got Infinity'],
    ['poissonCdf(NaN, 1)', () => poissonCdf(nan, 1), 'expected k a number, got NaN'],
    ['poissonCdf(1, −1)', () => poissonCdf(1, -1), 'expected mu ≥ 0 and finite, got -1'],
    ['poissonCdf(1, ∞)', () => poissonCdf(1, inf), 'expected mu ≥ 0 and finite, got Infinity'],
    ['poissonQuantile(2, 1)', () => poissonQuantile(2, 1), 'expected p in [0, 1], got 2'],
    ['poissonQuantile(−1, 1)', () => poissonQuantile(-1, 1), 'expected p in [0, 1], got -1'],
    ['poissonQuantile(.5, −1)', () => poissonQuantile(0.5, -1), 'expected mu ≥ 0 and finite, got -1'],
    ['poissonQuantile(.5, ∞)', () => poissonQuantile(0.5, inf), 'expected mu ≥ 0 and finite, got Infinity'],
    ['logSumExp([1, NaN])', () => logSumExp([1, nan]), 'expected values to be numbers, got NaN'],
    ['logAddExp(NaN, 1)', () => logAddExp(nan, 1), 'expected a a number, got NaN'],
    ['logAddExp(1, NaN)', () => logAddExp(1, nan), 'expected b a number, got NaN'],
    [
      'isotonicNonIncreasing([1], [])',
      () => isotonicNonIncreasing([1], []),
      'expected weights to be 1, got 0',
    ],
    [
      'isotonicNonIncreasing([NaN], [1])',
      () => isotonicNonIncreasing([nan], [1]),
      'expected values to be finite, got NaN',
    ],
    [
      'isotonicNonIncreasing([1], [−1])',
      () => isotonicNonIncreasing([1], [-1]),
      'expected weights to be ≥ 0 and finite, got -1',
    ],
    [
      'isotonicNonIncreasing([1], [∞])',
      () => isotonicNonIncreasing([1], [inf]),
      'expected weights to be ≥ 0 and finite, got Infinity',
    ],
    ['mannWhitney([NaN], [1])', () => mannWhitney([nan], [1]), 'expected x to hold numbers, got NaN'],
    ['mannWhitney([1], [NaN])', () => mannWhitney([1], [nan]), 'expected y to hold numbers, got NaN'],
    ['hodgesLehmann([1], [2], 0)', () => hodgesLehmann([1], [2], 0), 'expected level in (0, 1), got 0'],
    ['hodgesLehmann([1], [2], 1)', () => hodgesLehmann([1], [2], 1), 'expected level in (0, 1), got 1'],
    [
      'hodgesLehmann([∞], [2], .9)',
      () => hodgesLehmann([inf], [2], 0.9),
      'expected x to be finite, got Infinity',
    ],
    [
      'hodgesLehmann([1], [−∞], .9)',
      () => hodgesLehmann([1], [-inf], 0.9),
      'expected y to be finite, got -Infinity',
    ],
    ['twoProportionZ(1, −1, 1, 1)', () => twoProportionZ(1, -1, 1, 1), 'expected n1 ≥ 0 and finite, got -1'],
    [
      'twoProportionZ(1, ∞, 1, 1)',
      () => twoProportionZ(1, inf, 1, 1),
      'expected n1 ≥ 0 and finite, got Infinity',
    ],
    ['twoProportionZ(1, 1, 1, −1)', () => twoProportionZ(1, 1, 1, -1), 'expected n2 ≥ 0 and finite, got -1'],
    [
      'twoProportionZ(1, 1, 1, ∞)',
      () => twoProportionZ(1, 1, 1, inf),
      'expected n2 ≥ 0 and finite, got Infinity',
    ],
    ['twoProportionZ(3, 2, 1, 1)', () => twoProportionZ(3, 2, 1, 1), 'expected x1 in [0, 2], got 3'],
    ['twoProportionZ(−1, 2, 1, 1)', () => twoProportionZ(-1, 2, 1, 1), 'expected x1 in [0, 2], got -1'],
    ['twoProportionZ(1, 2, 3, 1)', () => twoProportionZ(1, 2, 3, 1), 'expected x2 in [0, 1], got 3'],
    ['twoProportionZ(1, 2, −1, 1)', () => twoProportionZ(1, 2, -1, 1), 'expected x2 in [0, 1], got -1'],
  ])('%s', ([, call, message]) => {
    expect(call).toThrow(new RangeError(message))
  })
})

describe('at the edge of its domain every function has its limit', () => {
  test.for<[string, () => unknown, unknown]>([
    ['logGamma(∞)', () => logGamma(inf), inf],
    ['logGamma(1)', () => logGamma(1), 0],
    ['logGamma(2)', () => logGamma(2), 0],
    ['incompleteBeta(2, 3, 0)', () => incompleteBeta(2, 3, 0), 0],
    ['incompleteBeta(2, 3, 1)', () => incompleteBeta(2, 3, 1), 1],
    ['incompleteBeta(5e4, 5e4, 1e-9)', () => incompleteBeta(5e4, 5e4, 1e-9), 0],
    ['incompleteBeta(5e4, 5e4, 1 − 1e-9)', () => incompleteBeta(5e4, 5e4, 1 - 1e-9), 1],
    ['incompleteGammaUpper(2, 0)', () => incompleteGammaUpper(2, 0), 1],
    ['incompleteGammaUpper(2, ∞)', () => incompleteGammaUpper(2, inf), 0],
    ['incompleteGammaUpper(2, 1e5)', () => incompleteGammaUpper(2, 1e5), 0],
    ['incompleteGammaUpper(1e5, 1)', () => incompleteGammaUpper(1e5, 1), 1],
    ['incompleteGammaLower(2, 0)', () => incompleteGammaLower(2, 0), 0],
    ['incompleteGammaLower(2, ∞)', () => incompleteGammaLower(2, inf), 1],
    ['incompleteGammaLower(1e5, 1)', () => incompleteGammaLower(1e5, 1), 0],
    ['normalSf(∞)', () => normalSf(inf), 0],
    ['normalSf(−∞)', () => normalSf(-inf), 1],
    ['normalSf(50)', () => normalSf(50), 0],
    ['normalLogSf(∞)', () => normalLogSf(inf), -inf],
    ['normalLogSf(1e200)', () => normalLogSf(1e200), -inf],
    ['normalQuantile(0)', () => normalQuantile(0), -inf],
    ['normalQuantile(.5)', () => normalQuantile(0.5), 0],
    ['normalQuantile(1)', () => normalQuantile(1), inf],
    ['studentTSf(∞, 3)', () => studentTSf(inf, 3), 0],
    ['studentTSf(−∞, 3)', () => studentTSf(-inf, 3), 1],
    ['studentTSf(0, 3)', () => studentTSf(0, 3), 0.5],
    ['studentTSf(1, ∞)', () => studentTSf(1, inf), normalSf(1)],
    ['studentTQuantile(0, 3)', () => studentTQuantile(0, 3), -inf],
    ['studentTQuantile(.5, 3)', () => studentTQuantile(0.5, 3), 0],
    ['studentTQuantile(1, 3)', () => studentTQuantile(1, 3), inf],
    ['studentTQuantile(.9, ∞)', () => studentTQuantile(0.9, inf), normalQuantile(0.9)],
    ['studentTQuantile(1e-200, .1) overflows', () => studentTQuantile(1e-200, 0.1), -inf],
    ['binomialCdf(−1, 5, .5)', () => binomialCdf(-1, 5, 0.5), 0],
    ['binomialCdf(5, 5, .5)', () => binomialCdf(5, 5, 0.5), 1],
    ['binomialCdf(2.9, 5, .5)', () => binomialCdf(2.9, 5, 0.5), binomialCdf(2, 5, 0.5)],
    ['binomialCdf(0, 0, .5)', () => binomialCdf(0, 0, 0.5), 1],
    ['binomialCdf(1, 5, 0)', () => binomialCdf(1, 5, 0), 1],
    ['binomialCdf(1, 5, 1)', () => binomialCdf(1, 5, 1), 0],
    ['binomialUpperTail(0, 5, .5)', () => binomialUpperTail(0, 5, 0.5), 1],
    ['binomialUpperTail(6, 5, .5)', () => binomialUpperTail(6, 5, 0.5), 0],
    ['binomialUpperTail(1.1, 5, .5)', () => binomialUpperTail(1.1, 5, 0.5), binomialUpperTail(2, 5, 0.5)],
    ['binomialUpperTail(0, 0, 0)', () => binomialUpperTail(0, 0, 0), 1],
    ['binomialUpperTail(5, 5, 1)', () => binomialUpperTail(5, 5, 1), 1],
    ['binomialUpperTail(1, 5, 0)', () => binomialUpperTail(1, 5, 0), 0],
    ['chiSquareSf(−1, 2)', () => chiSquareSf(-1, 2), 1],
    ['chiSquareSf(0, 2)', () => chiSquareSf(0, 2), 1],
    ['poissonCdf(−1, 2)', () => poissonCdf(-1, 2), 0],
    ['poissonCdf(∞, 2)', () => poissonCdf(inf, 2), 1],
    ['poissonCdf(0, 0)', () => poissonCdf(0, 0), 1],
    ['poissonCdf(2.5, 2)', () => poissonCdf(2.5, 2), poissonCdf(2, 2)],
    ['poissonQuantile(0, 5)', () => poissonQuantile(0, 5), 0],
    ['poissonQuantile(1, 5)', () => poissonQuantile(1, 5), inf],
    ['poissonQuantile(1, 0)', () => poissonQuantile(1, 0), 0],
    ['poissonQuantile(5e-324, 5)', () => poissonQuantile(5e-324, 5), 0],
    ['logSumExp([])', () => logSumExp([]), -inf],
    ['logSumExp([−∞, −∞])', () => logSumExp([-inf, -inf]), -inf],
    ['logSumExp([1, ∞])', () => logSumExp([1, inf]), inf],
    ['logSumExp([1000])', () => logSumExp([1000]), 1000],
    ['logAddExp(−∞, −∞)', () => logAddExp(-inf, -inf), -inf],
    ['logAddExp(∞, ∞)', () => logAddExp(inf, inf), inf],
    ['logAddExp(−∞, 3)', () => logAddExp(-inf, 3), 3],
    ['logAddExp(∞, 3)', () => logAddExp(inf, 3), inf],
  ])('%s', ([, call, limit]) => {
    expect(call()).toBe(limit)
  })
})

test.for<[string, () => unknown]>([
  ['mannWhitney([], [1])', () => mannWhitney([], [1])],
  ['mannWhitney([1], [])', () => mannWhitney([1], [])],
  ['mannWhitney([2, 2], [2])', () => mannWhitney([2, 2], [2])],
  ['hodgesLehmann([], [1], .9)', () => hodgesLehmann([], [1], 0.9)],
  ['hodgesLehmann([1], [], .9)', () => hodgesLehmann([1], [], 0.9)],
  ['twoProportionZ(0, 0, 1, 2)', () => twoProportionZ(0, 0, 1, 2)],
  ['twoProportionZ(1, 2, 0, 0)', () => twoProportionZ(1, 2, 0, 0)],
  ['twoProportionZ(0, 5, 0, 9)', () => twoProportionZ(0, 5, 0, 9)],
  ['twoProportionZ(5, 5, 9, 9)', () => twoProportionZ(5, 5, 9, 9)],
])('%s does not exist and is undefined', ([, call]) => {
  expect(call()).toBeUndefined()
})
