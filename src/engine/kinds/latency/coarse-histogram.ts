import type { ShareCurve } from './share-curve.ts'
import { seconds } from '../../model/words.ts'

/**
 * Says that the bucket bounds are too far apart to show a quantile within its margin, and where another bound would
 * help.
 */
export function coarseHistogram(name: string, { bounds, shares }: ShareCurve, quantile: number): string {
  const text = `${name}: bucket bounds are too far apart to show it within the margin`
  const index = shares.findIndex((share) => share <= 1 - quantile + 1e-9)
  const upper = bounds[index]
  const lower = bounds[index - 1]
  return lower === undefined || upper === undefined
    ? text
    : `${text}, add some between ${seconds(lower)} and ${seconds(upper)}`
}
