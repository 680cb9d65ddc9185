import { logGamma } from './log-gamma.ts'
import { stirlingSeries } from './stirling-series.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

/** ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π], x > 0: what Stirling's formula leaves out. */
export function stirlingError(x: number): number {
  return x >= 10 ? stirlingSeries(x) : logGamma(x) - (x - 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI
}
