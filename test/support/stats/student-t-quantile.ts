import { outOfDomain } from '../../../src/engine/stats/domain.ts'
import { incompleteBeta } from '../../../src/engine/stats/incomplete-beta.ts'
import { normalQuantile } from '../../../src/engine/stats/normal-quantile.ts'
import { studentTLogScale } from '../../../src/engine/stats/student-t-log-scale.ts'
import { studentTSf } from '../../../src/engine/stats/student-t-sf.ts'

/** t with P(T ≤ t) = p for Student's T with df > 0 degrees of freedom, whole or not; df may be Infinity. */
export function studentTQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) outOfDomain('p', 'in [0, 1]', p)
  if (!(df > 0)) outOfDomain('df', '> 0', df)
  if (p === 0 || p === 0.5 || p === 1 || df > 1e17) return normalQuantile(p)
  const t = Math.abs(p - 0.5) < 0.25 ? central(Math.abs(p - 0.5), df) : outer(Math.min(p, 1 - p), df)
  return p < 0.5 ? -t : t
}

/** Newton's method on ln P(T > t) over ln t. The curve is concave, so from the second step on it converges from one side. */
function outer(tail: number, df: number): number {
  const logScale = studentTLogScale(df)
  let logT = Math.log(-normalQuantile(tail))
  for (let i = 0; i < 100; i++) {
    const t = Math.exp(logT)
    if (t === Infinity) return t
    const sf = studentTSf(t, df)
    const step = (sf * Math.log(sf / tail)) / massPerLog(logT, df, logScale)
    logT += step
    if (!(Math.abs(step) > 1e-15)) break
  }
  return Math.exp(logT)
}

/** Newton's method on ln P(0 < T < t), which is exact where t is small. */
function central(share: number, df: number): number {
  const logScale = studentTLogScale(df)
  let logT = Math.log(share) - logScale
  for (let i = 0; i < 100; i++) {
    const t = Math.exp(logT)
    const ratio = (t / df) * t
    const within = 0.5 * incompleteBeta(0.5, df / 2, ratio / (1 + ratio), 1 / (1 + ratio))
    const step = (within * Math.log(share / within)) / massPerLog(logT, df, logScale)
    logT += step
    if (!(Math.abs(step) > 1e-15)) break
  }
  return Math.exp(logT)
}

/** Density of ln T. */
function massPerLog(logT: number, df: number, logScale: number): number {
  const logRatio = 2 * logT - Math.log(df)
  const logOnePlus = logRatio > 40 ? logRatio : Math.log1p(Math.exp(logRatio))
  return Math.exp(logT + logScale - ((df + 1) / 2) * logOnePlus)
}
