import { outOfDomain } from '../../../src/engine/stats/domain.ts'
import { incompleteGammaUpper } from '../../../src/engine/stats/incomplete-gamma-upper.ts'

/** P(X ≤ k) for X ~ Poisson(mu), mu ≥ 0; a fractional k counts as the whole number below it. */
export function poissonCdf(k: number, mu: number): number {
  if (Number.isNaN(k)) outOfDomain('k', 'a number', k)
  if (!(mu >= 0 && mu < Infinity)) outOfDomain('mu', '≥ 0 and finite', mu)
  if (k < 0) return 0
  if (k === Infinity) return 1
  return incompleteGammaUpper(Math.floor(k) + 1, mu)
}
