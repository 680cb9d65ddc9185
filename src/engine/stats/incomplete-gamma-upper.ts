import { outOfDomain } from './domain.ts'
import { abscissae, weights } from './gauss-legendre.ts'
import { log1pMinusX } from './log1p-minus-x.ts'
import { logGammaAroundTwo } from './log-gamma-around-two.ts'
import { stirlingError } from './stirling-error.ts'

/** Regularised upper incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a), a > 0, x ≥ 0. */
export function incompleteGammaUpper(a: number, x: number): number {
  checkDomain(a, x)
  if (x === 0) return 1
  if (a < 1 && x < 1.5) return upperOfSmall(a, x)
  return x < a ? 1 - lowerTail(a, x) : upperTail(a, x)
}

/** P(a, x) = 1 − Q(a, x), exact where it is small. */
export function incompleteGammaLower(a: number, x: number): number {
  checkDomain(a, x)
  if (x === 0) return 0
  return x < a ? lowerTail(a, x) : 1 - incompleteGammaUpper(a, x)
}

function checkDomain(a: number, x: number): void {
  if (!(a > 0 && a < Infinity)) outOfDomain('a', '> 0 and finite', a)
  if (!(x >= 0)) outOfDomain('x', '≥ 0', x)
}

function lowerTail(a: number, x: number): number {
  const density = powers(a, x)
  return density === 0 ? 0 : density * (a > 200 ? tailIntegral(a, x, -1) : series(a, x))
}

function upperTail(a: number, x: number): number {
  const density = x === Infinity ? 0 : powers(a, x)
  return density === 0 ? 0 : density * (a > 200 ? tailIntegral(a, x, 1) : continuedFraction(a, x))
}

/** x^a e^(−x) / Γ(a), by its distance from the mode so that a huge a does not cancel. */
function powers(a: number, x: number): number {
  const excess = (x - a) / a
  const exponent = Math.abs(excess) < 0.5 ? log1pMinusX(excess) : Math.log(x / a) - excess
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * exponent - stirlingError(a))
}

/** ∫ of the density over one tail in ln x, in units of its value at x: a fixed cost however large a is. */
function tailIntegral(a: number, x: number, direction: 1 | -1): number {
  const slope = Math.abs(x - a)
  const length = 90 / (slope + Math.sqrt(slope * slope + 90 * x))
  let sum = 0
  for (let i = 0; i < 24; i++) {
    const s = direction * length * (abscissae[i] ?? 0)
    sum += (weights[i] ?? 0) * Math.exp(a * s - x * Math.expm1(s))
  }
  return sum * length
}

/** P(a, x) in units of x^a e^(−x) / Γ(a). */
function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (a + k)
    sum += term
  }
  return sum
}

/** Q(a, x) in units of x^a e^(−x) / Γ(a) (DLMF 8.9.2, even part), by Lentz's method; x ≥ a. */
function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let fraction = d
  for (let m = 1; m < 100_000; m++) {
    const numerator = -m * (m - a)
    b += 2
    d = 1 / (numerator * d + b)
    c = b + numerator / c
    fraction *= c * d
    if (Math.abs(c * d - 1) < 2e-16) break
  }
  return fraction
}

/** Q = (1 − x^a / Γ(1 + a)) + x^a / Γ(1 + a) · Σ a (−1)^(k+1) x^k / (k! (a + k)): for a near 0 nothing cancels. */
function upperOfSmall(a: number, x: number): number {
  const logGammaOnePlus = a <= 0.5 ? logGammaAroundTwo(a) - Math.log1p(a) : logGammaAroundTwo(a - 1)
  const exponent = a * Math.log(x) - logGammaOnePlus
  let power = -1
  let sum = 0
  for (let k = 1; k < 30; k++) {
    power *= -x / k
    sum += power / (a + k)
  }
  return -Math.expm1(exponent) + Math.exp(exponent) * a * sum
}
