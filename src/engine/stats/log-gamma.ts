import { outOfDomain } from './domain.ts'
import { logGammaAroundTwo } from './log-gamma-around-two.ts'
import { stirlingSeries } from './stirling-series.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

/** ln Γ(x), x > 0. */
export function logGamma(x: number): number {
  if (!(x > 0)) outOfDomain('x', '> 0', x)
  if (x === Infinity) return Infinity
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingSeries(x)
  if (x <= 0.5) return logGammaAroundTwo(x) - Math.log1p(x) - Math.log(x)
  if (x < 1.5) return logGammaAroundTwo(x - 1) - Math.log1p(x - 1)
  let product = 1
  let rest = x
  while (rest > 2.5) {
    rest -= 1
    product *= rest
  }
  return Math.log(product) + logGammaAroundTwo(rest - 2)
}
