import { outOfDomain } from '../../../src/engine/stats/domain.ts'
import { incompleteGammaUpper } from '../../../src/engine/stats/incomplete-gamma-upper.ts'

/** P(X > x) for X ~ χ² with df > 0 degrees of freedom; a negative x gives 1. */
export function chiSquareSf(x: number, df: number): number {
  if (Number.isNaN(x)) outOfDomain('x', 'a number', x)
  if (!(df > 0 && df < Infinity)) outOfDomain('df', '> 0 and finite', df)
  return x <= 0 ? 1 : incompleteGammaUpper(df / 2, x / 2)
}
