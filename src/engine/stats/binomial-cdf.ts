import { outOfDomain } from './domain.ts'
import { incompleteBeta } from './incomplete-beta.ts'

/** P(X ≤ k) for X ~ Bin(n, p), n a whole number; a fractional k counts as the whole number below it. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (!(Number.isInteger(n) && n >= 0)) outOfDomain('n', 'a whole number ≥ 0', n)
  if (!(p >= 0 && p <= 1)) outOfDomain('p', 'in [0, 1]', p)
  if (Number.isNaN(k)) outOfDomain('k', 'a number', k)
  const most = Math.floor(k)
  if (most < 0) return 0
  if (most >= n) return 1
  return incompleteBeta(n - most, most + 1, 1 - p, p)
}
