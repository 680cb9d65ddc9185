import { outOfDomain } from './domain.ts'

/** ln(e^a + e^b) without overflow. */
export function logAddExp(a: number, b: number): number {
  if (Number.isNaN(a)) outOfDomain('a', 'a number', a)
  if (Number.isNaN(b)) outOfDomain('b', 'a number', b)
  if (a === b) return a + Math.LN2
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b))
}
