import { outOfDomain } from './domain.ts'
import { incompleteBeta } from './incomplete-beta.ts'
import { normalSf } from './normal-sf.ts'
import { studentTLogScale } from './student-t-log-scale.ts'

/** P(T > t) for Student's T with df > 0 degrees of freedom, whole or not; t and df may be infinite. */
export function studentTSf(t: number, df: number): number {
  if (Number.isNaN(t)) outOfDomain('t', 'a number', t)
  if (!(df > 0)) outOfDomain('df', '> 0', df)
  // Beyond 1e17 the two differ by t⁴/4df, far below the rounding, wherever the tail does not underflow.
  if (df > 1e17) return normalSf(t)
  const ratio = (t / df) * t
  const tail =
    ratio > 1e17
      ? farTail(Math.abs(t), df)
      : 0.5 * incompleteBeta(df / 2, 0.5, 1 / (1 + ratio), ratio / (1 + ratio))
  return t < 0 ? 1 - tail : tail
}

/** The first term of the tail's series; the next is smaller by df/t². */
function farTail(t: number, df: number): number {
  const logDensity = studentTLogScale(df) + (df / 2) * (Math.log(df) - 2 * Math.log(t))
  return Math.exp(logDensity - 0.5 * Math.log(df))
}
