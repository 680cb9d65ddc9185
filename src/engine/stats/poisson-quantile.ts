import { outOfDomain } from './domain.ts'
import { incompleteGammaLower, incompleteGammaUpper } from './incomplete-gamma-upper.ts'
import { normalQuantile } from './normal-quantile.ts'

/** The smallest whole k with P(X ≤ k) ≥ p for X ~ Poisson(mu); p = 1 gives Infinity when mu > 0. */
export function poissonQuantile(p: number, mu: number): number {
  if (!(p >= 0 && p <= 1)) outOfDomain('p', 'in [0, 1]', p)
  if (!(mu >= 0 && mu < Infinity)) outOfDomain('mu', '≥ 0 and finite', mu)
  if (p === 0 || mu === 0) return 0
  if (p === 1) return Infinity
  const z = normalQuantile(p)
  let k = Math.max(0, Math.round(mu + z * Math.sqrt(mu) + (z * z - 1) / 6))
  while (k > 0 && reaches(k - 1, p, mu)) k -= 1
  while (!reaches(k, p, mu)) k += 1
  return k
}

/** P(X ≤ k) ≥ p, compared on the side where the smaller number keeps its digits. */
function reaches(k: number, p: number, mu: number): boolean {
  return p > 0.5 ? incompleteGammaLower(k + 1, mu) <= 1 - p : incompleteGammaUpper(k + 1, mu) >= p
}
