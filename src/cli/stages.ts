import { AppError } from '../errors.ts'

/** The weights of `--stages`, in percent. */
export function parseStages(text: string): readonly number[] {
  const weights = text.split(',').map((part) => (/^\d{1,2}$/.test(part) ? Number(part) : 0))
  if (weights.every((weight, i) => weight > (weights[i - 1] ?? 0))) return weights
  const expected = 'rising percents between 1 and 99, such as 10,30,50'
  throw new AppError('bad-request', `--stages: expected ${expected}, got "${text.slice(0, 60)}"`)
}
