import { outOfDomain } from './domain.ts'
import { abscissae, weights } from './gauss-legendre.ts'
import { log1pMinusX } from './log1p-minus-x.ts'
import { stirlingError } from './stirling-error.ts'

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1. Where 1 − x is known better than the
 * subtraction gives it, hand it in as `complement`.
 */
export function incompleteBeta(a: number, b: number, x: number, complement: number = 1 - x): number {
  if (!(a > 0 && a < Infinity)) outOfDomain('a', '> 0 and finite', a)
  if (!(b > 0 && b < Infinity)) outOfDomain('b', '> 0 and finite', b)
  if (!(x >= 0 && x <= 1)) outOfDomain('x', 'in [0, 1]', x)
  if (!(complement >= 0 && complement <= 1)) outOfDomain('complement', 'in [0, 1]', complement)
  if (x === 0) return 0
  if (complement === 0) return 1
  const large = a > 500 && b > 500
  const swap = large ? b * x > a * complement : (b + 1) * x > (a + 1) * complement
  return swap ? 1 - lowerTail(b, a, complement, x, large) : lowerTail(a, b, x, complement, large)
}

function lowerTail(a: number, b: number, x: number, y: number, large: boolean): number {
  const density = powers(a, b, x, y)
  if (density === 0) return 0
  return density * (large ? tailIntegral(a, b, x, y) : continuedFraction(a, b, x) / a)
}

/** x^a y^b / B(a, b), by its distance from the mode so that huge a and b do not cancel. */
function powers(a: number, b: number, x: number, y: number): number {
  const excess = x <= y ? excessOver(a, b, x) : -excessOver(b, a, y)
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
  const curvature = n * x * y
  const length = 90 / (slope + Math.sqrt(slope * slope + 90 * curvature))
  let sum = 0
  for (let i = 0; i < 24; i++) {
    const s = length * (abscissae[i] ?? 0)
    sum += (weights[i] ?? 0) * Math.exp(-a * s - n * Math.log1p(x * Math.expm1(-s)))
  }
  return sum * length
}

/** Even part of the continued fraction of I_x (DLMF 8.17.22), by Lentz's method. */
function continuedFraction(a: number, b: number, x: number): number {
  const n = a + b
  let c = 1
  let d = 1 / atLeastTiny(1 - (n * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / atLeastTiny(1 + even * d)
    c = atLeastTiny(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (n + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / atLeastTiny(1 + odd * d)
    c = atLeastTiny(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 2e-16) break
  }
  return fraction
}

function atLeastTiny(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value
}
