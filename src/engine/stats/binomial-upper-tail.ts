import { outOfDomain } from './domain.ts'
import { incompleteBeta } from './incomplete-beta.ts'

/** P(X ≥ k) for X ~ Bin(n, p), n a whole number; a fractional k counts from the next whole number. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (!(Number.isInteger(n) && n >= 0)) outOfDomain('n', 'a whole number ≥ 0', n)
  if (!(p >= 0 && p <= 1)) outOfDomain('p', 'in [0, 1]', p)
  if (Number.isNaN(k)) outOfDomain('k', 'a number', k)
  const least = Math.ceil(k)
  if (least <= 0) return 1
  if (least > n) return 0
  return incompleteBeta(least, n - least + 1, p)
}
