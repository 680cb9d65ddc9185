import { uniform, type Random } from './random.ts'

/** Standard normal, by Marsaglia's polar method: exact up to rounding. */
export function sampleNormal(random: Random): number {
  for (;;) {
    const x = 2 * uniform(random) - 1
    const y = 2 * uniform(random) - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
  }
}
