import type { Random } from './random.ts'
import { sampleNormal } from './sample-normal.ts'

/** A factor with mean 1 whose logarithm has the standard deviation `sd`. */
export function sampleLogNormal(random: Random, sd: number): number {
  return sd === 0 ? 1 : Math.exp(sd * sampleNormal(random) - (sd * sd) / 2)
}
