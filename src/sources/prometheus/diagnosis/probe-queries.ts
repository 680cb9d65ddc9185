import type { ArmCount, ProbedQuery } from '../../../judge/ports/diagnosis.ts'
import type { Arm } from '../../../engine/model/recording.ts'
import type { Arms } from '../arms/arms.ts'
import type { RangeWindow } from '../client/client.ts'
import { fetchWhole } from '../client/fetch-range.ts'
import type { MetricQueries } from '../queries/metric-queries.ts'
import { toClassic } from '../histograms/native-histograms.ts'
import type { Series } from '../client/query-result.ts'
import type { HistogramState } from '../fetching/run-state.ts'
import type { PreparedMetric } from './prepared-metric.ts'

export interface Probe extends ProbedQuery {
  readonly result: readonly Series[]
}

/** The queries of a look at this metric, asked over the window; the first tells which arms there are. */
export function probeQueries(
  one: PreparedMetric,
  histogram: HistogramState | undefined,
  window: RangeWindow,
): Promise<readonly Probe[]> {
  return Promise.all(
    rendered(one.queries, histogram).map(async ({ of, query, isNative }) => {
      const series = await fetchWhole(one, query, window)
      const result = isNative ? toClassic(series, histogram?.bounds ?? []) : series
      return { of, query, arms: countArms(series, one.answerArms), result }
    }),
  )
}

interface Rendered {
  readonly of: string
  readonly query: string
  readonly isNative: boolean
}

function rendered(queries: MetricQueries, histogram: HistogramState | undefined): readonly Rendered[] {
  switch (queries.kind) {
    case 'gauge':
    case 'series':
    case 'restarts':
      return [{ of: 'query', query: queries.query, isNative: false }]
    case 'latency': {
      const isNative = histogram?.native === true
      return [
        { of: 'buckets', query: isNative ? queries.native : queries.classic(histogram?.bounds), isNative },
      ]
    }
    case 'errors':
    case 'conversion': {
      const part = queries.kind === 'errors' ? 'bad' : 'good'
      return [
        { of: 'total', query: queries.total, isNative: false },
        { of: part, query: queries.part, isNative: false },
      ]
    }
    default:
      return queries satisfies never
  }
}

function countArms(series: readonly Series[], arms: Arms): Readonly<Record<Arm, ArmCount>> {
  const counts = { canary: { series: 0, samples: 0 }, stable: { series: 0, samples: 0 } }
  for (const { labels, times } of series) {
    const arm = arms.armOf(labels)
    if (arm === undefined) continue
    counts[arm].series += 1
    counts[arm].samples += times.length
  }
  return counts
}
