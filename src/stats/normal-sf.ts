import { outOfDomain } from './domain.ts'
import { millsRatio } from './mills-ratio.ts'

const INVERSE_ROOT_TWO_PI = 0.3989422804014327

/** P(Z > z) of a standard normal Z; z may be infinite. */
export function normalSf(z: number): number {
  if (Number.isNaN(z)) outOfDomain('z', 'a number', z)
  const distance = Math.abs(z)
  const tail =
    distance > 40 ? 0 : INVERSE_ROOT_TWO_PI * Math.exp(-0.5 * distance * distance) * millsRatio(distance)
  return z < 0 ? 1 - tail : tail
}
