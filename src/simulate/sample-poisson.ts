import { logFactorial } from './log-factorial.ts'
import { uniform, type Random } from './random.ts'

/** Number of events where `mean` are expected. */
export function samplePoisson(random: Random, mean: number): number {
  if (!(mean >= 0 && mean < Infinity)) throw new RangeError(`expected a mean ≥ 0, got ${mean}`)
  return mean < 10 ? byInversion(random, mean) : byRejection(random, mean)
}

function byInversion(random: Random, mean: number): number {
  let left = uniform(random)
  let probability = Math.exp(-mean)
  let count = 0
  while (left > probability && count < 1000) {
    left -= probability
    count++
    probability *= mean / count
  }
  return count
}

/** PTRS: W. Hörmann, The transformed rejection method for generating Poisson random variables, 1993. */
function byRejection(random: Random, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const logInverseAlpha = Math.log(1.1239 + 1.1328 / (b - 3.4))
  const inner = 0.9277 - 3.6224 / (b - 2)
  const logMean = Math.log(mean)
  for (;;) {
    const u = uniform(random) - 0.5
    const v = uniform(random)
    const edge = 0.5 - Math.abs(u)
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43)
    if (edge >= 0.07 && v <= inner) return count
    if (count < 0 || (edge < 0.013 && v > edge)) continue
    const height = Math.log(v) + logInverseAlpha - Math.log(a / (edge * edge) + b)
    if (height <= count * logMean - mean - logFactorial(count)) return count
  }
}
