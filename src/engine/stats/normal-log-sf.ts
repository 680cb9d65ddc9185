import { outOfDomain } from './domain.ts'
import { millsRatio } from './mills-ratio.ts'
import { normalSf } from './normal-sf.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

/** ln P(Z > z) of a standard normal Z, also where P itself underflows; z may be infinite. */
export function normalLogSf(z: number): number {
  if (z < 0) return Math.log1p(-normalSf(-z))
  if (Number.isNaN(z)) outOfDomain('z', 'a number', z)
  if (z === Infinity) return -Infinity
  return Math.log(millsRatio(z)) - 0.5 * z * z - HALF_LOG_TWO_PI
}
