import type { MetricRequest } from './metric-request.ts'
import { type CountKind, type Counts, emptyCounts } from '../counting/counts.ts'
import type { MetricQueries } from '../queries/metric-queries.ts'
import type { HistogramState } from './run-state.ts'

/** The series of one or more metrics. They are fetched and counted once. */
export interface SeriesGroup {
  readonly key: string
  readonly kind: CountKind
  readonly metrics: readonly [MetricRequest, ...MetricRequest[]]
}

/** Groups the metrics by their queries. Two quantiles of one histogram share its buckets. */
export function seriesGroupsOf(asked: readonly MetricRequest[]): readonly SeriesGroup[] {
  const groups = new Map<string, SeriesGroup>()
  for (const one of asked) {
    const key = keyOf(one)
    const known = groups.get(key)
    groups.set(key, {
      key,
      kind: kindOf(one.queries),
      metrics: known === undefined ? [one] : [...known.metrics, one],
    })
  }
  return [...groups.values()]
}

/** What to count on: a start, where there is nothing, or not of all the bounds that are needed. */
export function countsOf(
  { kind }: SeriesGroup,
  known: Counts | undefined,
  histogram: HistogramState | undefined,
): Counts {
  const { bounds } = histogram ?? {}
  if (known === undefined) return emptyCounts(kind, bounds)
  if (bounds === undefined) return known
  if (known.bounds === undefined) return { ...known, bounds }
  const counted = new Set(known.bounds)
  return bounds.every((bound) => counted.has(bound)) ? known : emptyCounts(kind, bounds)
}

/** The bounds that all metrics of a group need together. Undefined where one metric needs all bounds. */
export function unitedHistogram(histograms: readonly HistogramState[]): HistogramState | undefined {
  const [first] = histograms
  if (first === undefined) return undefined
  const bounds = new Set<number>()
  for (const one of histograms) {
    if (one.bounds === undefined) return { native: first.native }
    for (const bound of one.bounds) bounds.add(bound)
  }
  return { native: first.native, bounds: [...bounds].sort((a, b) => a - b) }
}

function keyOf({ source, select, queries }: MetricRequest): string {
  return JSON.stringify([source, select, ...textsOf(queries)])
}

function textsOf(queries: MetricQueries): readonly string[] {
  switch (queries.kind) {
    case 'gauge':
    case 'series':
    case 'restarts':
      return [queries.query]
    case 'latency':
      return [queries.classic(undefined), queries.native]
    case 'errors':
    case 'conversion':
      return [queries.total, queries.part]
    default:
      return queries satisfies never
  }
}

function kindOf({ kind }: MetricQueries): CountKind {
  if (kind === 'gauge' || kind === 'series') return 'levels'
  return kind === 'latency' ? 'buckets' : 'events'
}
