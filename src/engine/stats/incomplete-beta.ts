import { outOfDomain } from './domain.ts'
import { abscissae, weights } from './gauss-legendre.ts'
import { log1pMinusX } from './log1p-minus-x.ts'
import { stirlingError } from './stirling-error.ts'

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1. Where 1 − x is known more exactly than the
 * subtraction gives it, pass it as `complement`.
 */
export function incompleteBeta(a: number, b: number, x: number, complement: number = 1 - x): number {
  if (!(a > 0 && a < Infinity)) outOfDomain('a', '> 0 and finite', a)
  if (!(b > 0 && b < Infinity)) outOfDomain('b', '> 0 and finite', b)
  if (!(x >= 0 && x <= 1)) outOfDomain('x', 'in [0, 1]', x)
  if (!(complement >= 0 && complement <= 1)) outOfDomain('complement', 'in [0, 1]', complement)
  if (x === 0) return 0
  if (complement === 0) return 1
  const large = a > 3000 && b > 3000
  const swap = large ? b * x > a * complement : (b + 1) * x > (a + 1) * complement
  return swap ? 1 - lowerTail(b, a, complement, x, large) : lowerTail(a, b, x, complement, large)
}

function lowerTail(a: number, b: number, x: number, y: number, large: boolean): number {
  const excess = x <= y ? excessOver(a, b, x) : -excessOver(b, a, y)
  const density = powers(a, b, x, y, excess)
  if (density === 0) return 0
  return density * (large ? tailIntegral(a, b, x, y) : continuedFraction(a, b, x, y, excess))
}

/** x^a y^b / B(a, b), by its distance from the mode so that huge a and b do not cancel. */
function powers(a: number, b: number, x: number, y: number, excess: number): number {
  const n = a + b
  const exponent =
    a * logRatioMinusExcess(excess / a, (n * x) / a) +
    b * logRatioMinusExcess(-excess / b, (n * y) / b) +
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b)
  return Math.sqrt((a / n) * (b / (2 * Math.PI))) * Math.exp(exponent)
}

/** (a + b) x − a with both roundings put back: an error of one ulp in it costs √n ulps in the far tail. */
function excessOver(a: number, b: number, x: number): number {
  const n = a + b
  const lost = a > b ? b - (n - a) : a - (n - b)
  const product = n * x
  return product - a + (productError(n, x, product) + lost * x)
}

/** x·y − fl(x·y), exactly (Dekker's splitting). */
function productError(x: number, y: number, product: number): number {
  const xHigh = 134217729 * x - (134217729 * x - x)
  const yHigh = 134217729 * y - (134217729 * y - y)
  const xLow = x - xHigh
  const yLow = y - yHigh
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow)
}

/** ln(ratio) − (ratio − 1), from the ratio − 1 where that is the more exact of the two. */
function logRatioMinusExcess(excess: number, ratio: number): number {
  return Math.abs(excess) < 0.5 ? log1pMinusX(excess) : Math.log(ratio) - excess
}

/** ∫ of the density over the tail in logit x, in units of its value at x: a fixed cost however large a and b. */
function tailIntegral(a: number, b: number, x: number, y: number): number {
  const n = a + b
  const slope = a * y - b * x
  const length = 90 / (slope + Math.sqrt(slope * slope + 90 * n * x * y))
  let sum = 0
  for (let i = 0; i < 24; i++) {
    const s = length * (abscissae[i] ?? 0)
    // The same exponent twice; the smaller of x and y carries the smaller rounding.
    const exponent =
      x <= y ? -a * s - n * Math.log1p(x * Math.expm1(-s)) : b * s - n * Math.log1p(y * Math.expm1(s))
    sum += (weights[i] ?? 0) * Math.exp(exponent)
  }
  return sum * length
}

/** I_x in units of x^a y^b / B(a, b): the fraction of DiDonato and Morris (1992), exact near x = 1 too. */
function continuedFraction(a: number, b: number, x: number, y: number, excess: number): number {
  let denominator = (a / (a + 1)) * (1 - excess)
  let c = Infinity
  let d = 1 / denominator
  let fraction = d
  for (let m = 1; m < 100_000; m++) {
    const odd = a + 2 * m - 1
    const numerator = ((((a + m - 1) / odd) * (a + b + m - 1)) / odd) * m * (b - m) * x * x
    denominator = m + (m * (b - m) * x) / odd + ((a + m) / (odd + 2)) * (1 - excess + m * (1 + y))
    d = 1 / (denominator + numerator * d)
    c = denominator + numerator / c
    const change = c * d
    fraction *= change
    if (Math.abs(change - 1) < 4e-16) break
  }
  return fraction
}
