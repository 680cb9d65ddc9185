import { outOfDomain } from './domain.ts'

/**
 * The non-increasing sequence nearest to the values in weighted least squares (pool adjacent violators). A value of
 * weight 0 never moves another one.
 */
export function isotonicNonIncreasing(values: readonly number[], weights: readonly number[]): number[] {
  if (weights.length !== values.length) outOfDomain('weights', `to be ${values.length}`, weights.length)
  const means: number[] = []
  const masses: number[] = []
  const ends: number[] = []
  for (const [i, value] of values.entries()) {
    let mean = value
    let mass = weights[i] ?? 0
    if (!Number.isFinite(mean)) outOfDomain('values', 'to be finite', mean)
    if (!(mass >= 0 && mass < Infinity)) outOfDomain('weights', 'to be ≥ 0 and finite', mass)
    for (let before = means.at(-1); before !== undefined && before <= mean; before = means.at(-1)) {
      const massBefore = masses.at(-1) ?? 0
      const total = massBefore + mass
      mean = total > 0 ? before + (mean - before) * (mass / total) : before
      mass = total
      means.pop()
      masses.pop()
      ends.pop()
    }
    means.push(mean)
    masses.push(mass)
    ends.push(i)
  }
  const fitted: number[] = []
  for (const [block, mean] of means.entries()) while (fitted.length <= (ends[block] ?? 0)) fitted.push(mean)
  return fitted
}
