import { outOfDomain } from './domain.ts'
import { millsRatio } from './mills-ratio.ts'

// The double below 1/√2π, about as near as the one above, with which P(Z > 0) is exactly ½.
const INVERSE_ROOT_TWO_PI = 0.39894228040143265

/** P(Z > z) of a standard normal Z; z may be infinite. */
export function normalSf(z: number): number {
  if (Number.isNaN(z)) outOfDomain('z', 'a number', z)
  const distance = Math.abs(z)
  const tail =
    distance > 40 ? 0 : INVERSE_ROOT_TWO_PI * Math.exp(-0.5 * distance * distance) * millsRatio(distance)
  return z < 0 ? 1 - tail : tail
}
