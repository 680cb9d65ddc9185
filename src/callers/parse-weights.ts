const plainNumber = /^\d{1,6}(\.\d{1,6})?$/
const maxWeights = 100

export const expectedWeights = 'ascending weights such as "5,25,50"'

/** The weights of a plan, in percent, from 0 for mirrored traffic; undefined where the text is not such a list. */
export function parseWeights(text: string): readonly number[] | undefined {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.length > maxWeights || !parts.every((part) => plainNumber.test(part))) return undefined
  const weights = parts.map(Number)
  const ascending = weights.every((weight, i) => weight > (weights[i - 1] ?? -1) && weight <= 100)
  return ascending ? weights : undefined
}
