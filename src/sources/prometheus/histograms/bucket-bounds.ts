import { chooseBounds } from '../../../engine/index.ts'
import type { LatencyShape } from '../../../engine/model/recording.ts'
import { SourceError } from '../client/source-error.ts'

/** The bounds to fetch for each pod: those the engine will choose, the limit's, and their neighbours. */
export function neededBounds(
  shape: LatencyShape,
  wanted: { readonly quantile: number; readonly limit?: number },
): readonly number[] {
  const { bounds, above, total } = shape
  const curve = { bounds, shares: above.map((count) => (count + 0.5) / (total + 1)) }
  const chosen = chooseBounds(curve, bounds, wanted.quantile)
  if (chosen === undefined) return bounds
  const indexes = new Set(
    [...chosen.spread, chosen.main, ...(chosen.beyond === undefined ? [] : [chosen.beyond])].flatMap(
      ({ index }) => [index - 1, index, index + 1],
    ),
  )
  const { limit } = wanted
  if (limit !== undefined) indexes.add(bounds.findIndex((bound) => bound >= limit * (1 - 1e-9)))
  return bounds.filter((_, index) => indexes.has(index))
}

/** A server may send any number; what is looked for among them takes its square. */
const MOST_BOUNDS = 1000

/** The bounds in ascending order, unless there are more than any histogram has. */
export function ascending(bounds: Iterable<number>): readonly number[] {
  const sorted = [...bounds].sort((a, b) => a - b)
  if (sorted.length <= MOST_BOUNDS) return sorted
  const text = `expected a histogram with at most ${MOST_BOUNDS} bounds, got ${sorted.length}`
  throw new SourceError('source-too-large', text)
}

/** Every way in which clients write a bound as a label: 1, 1.0, 1e+06. */
export function boundTexts(bound: number): readonly string[] {
  if (bound === Infinity) return ['+Inf']
  const plain = String(bound)
  const exponent = bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return [...new Set([plain, ...(Number.isInteger(bound) ? [`${bound}.0`] : []), exponent])]
}

/** The bound that a label means; undefined = not a number. */
export function readBound(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (text === '+Inf' || text === 'Inf') return Infinity
  const bound = Number(text)
  return Number.isNaN(bound) ? undefined : bound
}
