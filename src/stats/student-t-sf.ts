import { outOfDomain } from './domain.ts'
import { incompleteBeta } from './incomplete-beta.ts'
import { normalSf } from './normal-sf.ts'

/** P(T > t) for Student's T with df > 0 degrees of freedom, whole or not; df may be Infinity. */
export function studentTSf(t: number, df: number): number {
  if (Number.isNaN(t)) outOfDomain('t', 'a number', t)
  if (!(df > 0)) outOfDomain('df', '> 0', df)
  // Beyond 1e17 the two differ by t⁴/4df, far below the rounding, wherever the tail does not underflow.
  if (df > 1e17) return normalSf(t)
  const square = t * t
  const share = df / (df + square)
  const tail = 0.5 * incompleteBeta(df / 2, 0.5, share, square === Infinity ? 1 : square / (df + square))
  return t < 0 ? 1 - tail : tail
}
