import { valueAt } from '../../model/value-at.ts'

/** How far the mean of some slices in a row lies from the level of a series, learned from its past. */
export interface SeriesNoise {
  /** The variance of the mean of `n` slices. */
  variance(n: number): number
  /** Its degrees of freedom. */
  df(n: number): number
  /** Half the mean squared difference of two slices in a row. */
  readonly single: number
  /** A lasting variance that no history shows. */
  readonly least: number
}

/** A level that is learned from fewer slices says too little about slow changes. */
export const LEAST_HISTORY = 30
/** The longest block that the history holds at least this many times. */
const LEAST_BLOCKS = 3

/**
 * Learns the noise from differences between neighbouring blocks of 1, 2, 4, 8 … slices. The variance of a mean of n
 * slices is half the sum of those of blocks of n, 2n, 4n …, whatever the correlation of the slices is. Blocks that are
 * longer than the history shows are assumed to add as much as the longest of them. `least` is a lasting variance that
 * is always assumed. Undefined where the history is too short.
 */
export function learnSeriesNoise(history: Float64Array, least: number): SeriesNoise | undefined {
  const points = history.reduce((sum, y) => sum + (Number.isNaN(y) ? 0 : 1), 0)
  if (points < LEAST_HISTORY) return undefined
  const scales = blockScales(history, points)
  const [first] = scales
  if (first === undefined) return undefined
  const tails = tailSums(scales, points - 1)
  return {
    single: first.variance,
    least,
    variance: (n) => interpolate(tails, n, ({ variance }) => variance),
    df: (n) => interpolate(tails, n, ({ df }) => df),
  }
}

interface BlockScale {
  readonly length: number
  /** Half the mean squared difference of neighbouring blocks. */
  readonly variance: number
  readonly df: number
}

function blockScales(history: Float64Array, points: number): readonly BlockScale[] {
  const scales: BlockScale[] = []
  for (let length = 1; length * LEAST_BLOCKS <= points; length *= 2) {
    const variance = halfSquaredDifference(history, length)
    if (variance !== undefined) scales.push({ length, variance, df: blockDf(points, length) })
  }
  return scales
}

/** Over all pairs of neighbouring blocks that have at least half of their slices. */
function halfSquaredDifference(history: Float64Array, length: number): number | undefined {
  const means = blockMeans(history, length)
  let [sum, pairs] = [0, 0]
  for (let at = 0; at + length < means.length; at++) {
    const difference = valueAt(means, at + length) - valueAt(means, at)
    if (Number.isNaN(difference)) continue
    sum += difference ** 2
    pairs++
  }
  return pairs === 0 ? undefined : sum / (2 * pairs)
}

/** The mean of the block that begins at each slice; NaN where more than half of the block is missing. */
function blockMeans(history: Float64Array, length: number): Float64Array {
  let [sum, known] = [0, 0]
  const means = new Float64Array(Math.max(history.length - length + 1, 0))
  history.forEach((y, k) => {
    if (!Number.isNaN(y)) {
      sum += y
      known++
    }
    const gone = history[k - length] ?? Number.NaN
    if (!Number.isNaN(gone)) {
      sum -= gone
      known--
    }
    if (k >= length - 1) means[k - length + 1] = 2 * known >= length ? sum / known : Number.NaN
  })
  return means
}

/**
 * Of blocks that overlap, when slices are independent: W. Riley, Handbook of Frequency Stability Analysis (NIST SP
 * 1065), table 5.
 */
function blockDf(points: number, length: number): number {
  const square = 4 * length ** 2
  const df = ((3 * (points - 1)) / (2 * length) - (2 * (points - 2)) / points) * (square / (square + 5))
  return Math.max(df, 1)
}

/** The variance of the mean of each block with its degrees of freedom, after Satterthwaite. */
function tailSums(scales: readonly BlockScale[], most: number): readonly BlockScale[] {
  return scales.map(({ length }, i) => {
    let [variance, spread] = [0, 0]
    for (const [j, scale] of scales.entries()) {
      if (j < i) continue
      const part = j === scales.length - 1 ? LONGER * scale.variance : scale.variance / 2
      variance += part
      spread += part ** 2 / scale.df
    }
    return { length, variance, df: spread > 0 ? Math.min(variance ** 2 / spread, most) : most }
  })
}

/** Half for the longest block itself, and as much again for all that are longer. */
const LONGER = 1.5

/** Between two lengths on a logarithmic scale; beyond the longest, slices count as independent. */
function interpolate(tails: readonly BlockScale[], n: number, of: (scale: BlockScale) => number): number {
  const above = tails.findIndex(({ length }) => length >= n)
  const last = tails.at(-1)
  if (above < 0 || last === undefined) {
    const { length = 1, variance = 0, df = 1 } = last ?? {}
    return of({ length: n, variance: (variance * length) / n, df })
  }
  const [low, high] = [tails[above - 1], tails[above]]
  if (high === undefined) return 0
  if (low === undefined || high.length === n) return of(high)
  const part = Math.log2(n / low.length)
  return of(low) + (of(high) - of(low)) * part
}
