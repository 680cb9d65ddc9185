import type { RangeWindow } from '../client/client.ts'
import type { Counts } from '../counting/counts.ts'
import type { Reading } from '../counting/place-series.ts'
import type { SeriesGroup } from './series-groups.ts'
import { fetchWhole } from '../client/fetch-range.ts'
import type { LatencyQueries } from '../queries/metric-queries.ts'
import { toClassic } from '../histograms/native-histograms.ts'
import type { Series } from '../client/query-result.ts'
import { checkLabelCoverage } from './check-label-coverage.ts'
import { checkValuesOfCanary } from './check-values-of-canary.ts'
import type { HistogramState } from './run-state.ts'
import type { Slicing } from '../../recording/slicing.ts'

/** Asks for the unknown boundaries. Asks for the last known boundary again, to see whether samples came late. */
export async function readSeriesGroup(
  { metrics: [one] }: SeriesGroup,
  counts: Counts,
  histogram: HistogramState | undefined,
  slicing: Slicing,
  points: number,
): Promise<Reading> {
  const known = counts.points
  if (points <= known) return { total: [], part: [] }
  const at = (boundary: number): number => slicing.start + boundary * slicing.sliceSeconds
  const window: RangeWindow = {
    start: at(Math.max(known - 1, 0)),
    end: at(points - 1),
    stepSeconds: slicing.sliceSeconds,
  }
  const ask = (query: string): Promise<readonly Series[]> => fetchWhole(one, query, window)
  const { queries } = one
  switch (queries.kind) {
    case 'gauge':
    case 'series':
    case 'restarts':
      return { total: await ask(queries.query), part: [] }
    case 'latency':
      return { total: await askBuckets(ask, queries, histogram), part: [] }
    case 'errors':
    case 'conversion': {
      const [total, part] = await Promise.all([ask(queries.total), ask(queries.part)])
      await checkLabelCoverage(one, queries, counts, { total, part }, window.end)
      await checkValuesOfCanary(one, queries, { total, part }, window.end)
      return { total, part }
    }
    default:
      return queries satisfies never
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
