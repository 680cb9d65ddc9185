import type { PrometheusClient, RangeWindow } from './client.ts'
import { fetchRange } from './fetch-range.ts'
import { emptyGrid, extendGrid } from './grid.ts'
import type { CountQueries, LatencyQueries, MetricQueries } from './metric-queries.ts'
import { toClassic } from './native-histograms.ts'
import type { Series } from './query-result.ts'
import type { HistogramState, MetricState } from './run-state.ts'
import type { Slicing } from './slicing.ts'
import { SourceError } from './source-error.ts'

/** What a look read of one metric, not yet put on the grid. */
export interface Reading {
  readonly total: readonly Series[]
  readonly part: readonly Series[]
}

export const nothingRead: MetricState = { total: emptyGrid, part: emptyGrid, late: false }

/** Asks for the boundaries that are not known yet, and the last known one again to see whether samples came late. */
export async function readMetric(
  client: PrometheusClient,
  queries: MetricQueries,
  state: MetricState,
  slicing: Slicing,
  until: { readonly points: number; readonly signal: AbortSignal },
): Promise<Reading> {
  const known = state.total.points
  if (until.points <= known) return { total: [], part: [] }
  const at = (boundary: number): number => slicing.start + boundary * slicing.sliceSeconds
  const window: RangeWindow = {
    start: at(Math.max(known - 1, 0)),
    end: at(until.points - 1),
    stepSeconds: slicing.sliceSeconds,
  }
  const ask = async (query: string): Promise<readonly Series[]> => {
    const { series, warnings } = await fetchRange(client, query, window, until.signal)
    const [warning] = warnings
    if (warning === undefined) return series
    throw new SourceError('source-partial', `Prometheus gave partial data: ${warning}`)
  }
  switch (queries.kind) {
    case 'gauge':
      return { total: await ask(queries.query), part: [] }
    case 'latency':
      return { total: await askBuckets(ask, queries, state.histogram), part: [] }
    case 'errors':
    case 'conversion': {
      const [total, part] = await Promise.all([ask(queries.total), ask(queries.part)])
      if (known === 0 && part.length === 0 && total.length > 0) {
        await refuseBlind(client, queries, window.end, until.signal)
      }
      return { total, part }
    }
    default:
      return queries satisfies never
  }
}

/** The state with what was read, up to this many boundaries. */
export function withReading(
  state: MetricState,
  reading: Reading,
  slicing: Slicing,
  points: number,
): MetricState {
  const total = extendGrid(state.total, reading.total, slicing, points)
  const part = extendGrid(state.part, reading.part, slicing, points)
  return { ...state, total: total.grid, part: part.grid, late: state.late || total.late || part.late }
}

/** No failure yet is fine; a label that no series has would hide every one of them for ever. */
async function refuseBlind(
  client: PrometheusClient,
  { telling }: CountQueries,
  at: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { label, query } of telling) {
    const { series } = await client.instant(query, at, signal)
    if (series.length > 0) continue
    const text = `no series has the label ${label}, so what it tells apart cannot be seen`
    throw new SourceError('source-invalid', text)
  }
}

async function askBuckets(
  ask: (query: string) => Promise<readonly Series[]>,
  queries: LatencyQueries,
  histogram: HistogramState | undefined,
): Promise<readonly Series[]> {
  if (histogram?.native !== true) return ask(queries.classic(histogram?.bounds))
  return toClassic(await ask(queries.native), histogram.bounds ?? [])
}
