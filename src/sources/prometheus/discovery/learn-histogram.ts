import type { LatencyPolicy } from '../../../engine/model/policy.ts'
import type { LatencyShape } from '../../../engine/model/recording.ts'
import { ascending, neededBounds, readBound } from '../histograms/bucket-bounds.ts'
import type { PrometheusClient } from '../client/client.ts'
import type { LatencyQueries } from '../queries/metric-queries.ts'
import { nativeBounds, toClassic } from '../histograms/native-histograms.ts'
import type { Series } from '../client/query-result.ts'
import type { HistogramState } from '../fetching/run-state.ts'

export interface HistogramMoment {
  /** Unix seconds. */
  readonly start: number
  readonly historySeconds: number
  readonly now: number
}

/** Learns from stable's history whether the histogram is classic or native, and which bounds to fetch. Undefined while there is no such series. */
export async function learnHistogram(
  client: PrometheusClient,
  metric: LatencyPolicy,
  queries: LatencyQueries,
  { start, historySeconds, now }: HistogramMoment,
  signal: AbortSignal,
): Promise<HistogramState | undefined> {
  const history = { seconds: historySeconds }
  const ask = async (
    kind: 'classic' | 'native',
    over: 'lifetime' | typeof history,
  ): Promise<readonly Series[]> =>
    (await client.instant(queries.shape(kind, over), over === 'lifetime' ? now : start, signal)).series
  const [classic, native] = await Promise.all([ask('classic', history), ask('native', history)])
  const withHistory = fromHistory(metric, queries, classic, native)
  if (withHistory !== undefined) return withHistory

  // without history the engine chooses among all bounds, by stable's first slices
  const [classicNow, nativeNow] = await Promise.all([ask('classic', 'lifetime'), ask('native', 'lifetime')])
  if (classicNow.length > 0) return { native: false }
  const bounds = nativeBounds(nativeNow)
  return bounds.length > 0 ? { native: true, bounds } : undefined
}

function fromHistory(
  metric: LatencyPolicy,
  queries: LatencyQueries,
  classic: readonly Series[],
  native: readonly Series[],
): HistogramState | undefined {
  const { unitsPerSecond } = queries
  const classicShape = shapeOf(classic)
  const shape = classicShape ?? shapeOf(toClassic(native, nativeBounds(native)))
  if (shape === undefined) return undefined
  const limit = metric.limit === undefined ? {} : { limit: metric.limit * unitsPerSecond }
  return {
    native: classicShape === undefined,
    bounds: neededBounds(shape, { quantile: metric.quantile, ...limit }),
    shape: { ...shape, bounds: shape.bounds.map((bound) => bound / unitsPerSecond) },
  }
}

/** Requests slower than each bound; undefined without requests. */
function shapeOf(series: readonly Series[]): LatencyShape | undefined {
  const upTo = new Map<number, number>()
  for (const { labels, values } of series) {
    const bound = readBound(labels['le'])
    const count = values[0]
    if (bound === undefined || count === undefined || !Number.isFinite(count)) continue
    upTo.set(bound, (upTo.get(bound) ?? 0) + count)
  }
  const total = upTo.get(Infinity) ?? 0
  const bounds = ascending([...upTo.keys()].filter((bound) => Number.isFinite(bound) && bound > 0))
  if (total <= 0 || bounds.length === 0) return undefined
  return { bounds, above: bounds.map((bound) => Math.max(total - (upTo.get(bound) ?? 0), 0)), total }
}
