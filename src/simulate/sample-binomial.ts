import { stirlingTail } from './log-factorial.ts'
import { uniform, type Random } from './random.ts'

/** How many of `trials` succeed when each does with probability `chance`. */
export function sampleBinomial(random: Random, trials: number, chance: number): number {
  if (!(chance >= 0 && chance <= 1)) throw new RangeError(`expected a chance in [0, 1], got ${chance}`)
  if (!Number.isInteger(trials) || trials < 0) {
    throw new RangeError(`expected a whole number of trials ≥ 0, got ${trials}`)
  }
  if (trials === 0 || chance === 0) return 0
  if (chance > 0.5) return trials - ofRare(random, trials, 1 - chance)
  return ofRare(random, trials, chance)
}

function ofRare(random: Random, trials: number, chance: number): number {
  if (chance === 0) return 0
  return trials * chance < 10 ? byInversion(random, trials, chance) : byRejection(random, trials, chance)
}

function byInversion(random: Random, trials: number, chance: number): number {
  const odds = chance / (1 - chance)
  let left = uniform(random)
  let probability = Math.exp(trials * Math.log1p(-chance))
  let count = 0
  while (left > probability && count < trials) {
    left -= probability
    probability *= (odds * (trials - count)) / (count + 1)
    count++
  }
  return count
}

/** BTRS: W. Hörmann, The generation of binomial random variates, 1993. */
function byRejection(random: Random, trials: number, chance: number): number {
  const deviation = Math.sqrt(trials * chance * (1 - chance))
  const b = 1.15 + 2.53 * deviation
  const a = -0.0873 + 0.0248 * b + 0.01 * chance
  const centre = trials * chance + 0.5
  const inner = 0.92 - 4.2 / b
  for (;;) {
    const u = uniform(random) - 0.5
    const v = uniform(random)
    const edge = 0.5 - Math.abs(u)
    const count = Math.floor(((2 * a) / edge + b) * u + centre)
    if (edge >= 0.07 && v <= inner) return count
    if (count < 0 || count > trials) continue
    const alpha = (2.83 + 5.1 / b) * deviation
    const height = Math.log((v * alpha) / (a / (edge * edge) + b))
    if (height <= logShareOfMode(count, trials, chance)) return count
  }
}

/** ln of P(count) / P(mode). */
function logShareOfMode(count: number, trials: number, chance: number): number {
  const mode = Math.floor((trials + 1) * chance)
  const odds = chance / (1 - chance)
  return (
    (mode + 0.5) * Math.log((mode + 1) / (odds * (trials - mode + 1))) +
    (trials + 1) * Math.log((trials - mode + 1) / (trials - count + 1)) +
    (count + 0.5) * Math.log((odds * (trials - count + 1)) / (count + 1)) +
    stirlingTail(mode) +
    stirlingTail(trials - mode) -
    stirlingTail(count) -
    stirlingTail(trials - count)
  )
}
