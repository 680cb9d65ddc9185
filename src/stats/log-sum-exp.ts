import { outOfDomain } from './domain.ts'

/** ln Σ e^v without overflow; −Infinity for no values. */
export function logSumExp(values: Iterable<number>): number {
  let largest = -Infinity
  for (const value of values) {
    if (value > largest) largest = value
    else if (Number.isNaN(value)) outOfDomain('values', 'to be numbers', value)
  }
  if (largest === -Infinity || largest === Infinity) return largest
  let sum = 0
  for (const value of values) sum += Math.exp(value - largest)
  return largest + Math.log(sum)
}
