import { outOfDomain } from './domain.ts'
import { logGamma } from './log-gamma.ts'
import { normalQuantile } from './normal-quantile.ts'
import { studentTSf } from './student-t-sf.ts'

/** t with P(T ≤ t) = p for Student's T with df > 0 degrees of freedom, whole or not; df may be Infinity. */
export function studentTQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) outOfDomain('p', 'in [0, 1]', p)
  if (!(df > 0)) outOfDomain('df', '> 0', df)
  if (p > 0.5) return upperQuantile(1 - p, df)
  return p === 0.5 ? 0 : -upperQuantile(p, df)
}

/** Newton's method on ln P(T > t) against ln t: concave, so from the second step on it closes in from one side. */
function upperQuantile(tail: number, df: number): number {
  const start = -normalQuantile(tail)
  if (df > 1e17 || start === Infinity) return start
  let logT = Math.log(start)
  for (let i = 0; i < 200; i++) {
    const t = Math.exp(logT)
    const sf = studentTSf(t, df)
    const step = (sf * Math.log(sf / tail)) / (t * density(t, df))
    logT += step
    if (Math.abs(step) < 1e-14) break
  }
  return Math.exp(logT)
}

function density(t: number, df: number): number {
  const logScale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI)
  return Math.exp(logScale - ((df + 1) / 2) * Math.log1p((t * t) / df))
}
