import { outOfDomain } from './domain.ts'

/** Terms below e^−50 times the largest are smaller than its rounding error, even thousands of them. */
const NEGLIGIBLE = -50

/** ln Σ e^v without overflow over the first `count` values; −Infinity for no values. */
export function logSumExp(values: ArrayLike<number>, count = values.length): number {
  let largest = -Infinity
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? Number.NaN
    if (value > largest) largest = value
    else if (Number.isNaN(value)) outOfDomain('values', 'to be numbers', value)
  }
  if (largest === -Infinity || largest === Infinity) return largest
  let sum = 0
  for (let i = 0; i < count; i++) {
    const below = (values[i] ?? Number.NaN) - largest
    if (below > NEGLIGIBLE) sum += Math.exp(below)
  }
  return largest + Math.log(sum)
}
