import { toDuration } from '../../../formats/policy/amounts.ts'
import type { ArmsOfQuery } from '../arms/arms-of.ts'
import type { AskedQuery } from '../asked.ts'
import { kept, type NearestMetric, none, type ShapeOf, toleranceOf } from './nearest-metric.ts'

const lowerIsWorse = 'lower is worse'

export function toLatency(
  { quantile, histogram, factor }: ShapeOf<'quantile'>,
  asked: AskedQuery,
  arms: ArmsOfQuery,
): NearestMetric {
  if (asked.worse === 'lower') return none(lowerIsWorse)
  const isMilliseconds = /_(?:milliseconds|ms)$/.test(histogram.metric)
  const limit = asked.fixed === undefined ? undefined : asked.fixed / factor / (isMilliseconds ? 1000 : 1)
  const fits = limit !== undefined && limit >= 0.001 && limit <= 86_400
  return {
    metric: {
      name: asked.name,
      kind: 'latency',
      histogram: kept(histogram, arms),
      ...(isMilliseconds && { unit: 'milliseconds' }),
      quantile,
      ...toleranceOf(asked),
      ...(fits && { limit: toDuration(limit) }),
    },
    notes: limit === undefined || fits ? [] : [`no latency has the limit ${asked.fixed}, so it has none`],
  }
}

/** The mean of a histogram, which no kind of metric compares. */
export function toLatencyOfMean(
  { part }: ShapeOf<'share'>,
  asked: AskedQuery,
  arms: ArmsOfQuery,
): NearestMetric {
  if (asked.worse === 'lower') return none(lowerIsWorse)
  const histogram = { ...part, metric: part.metric.replace(/_sum$/, '') }
  const quantile = 0.95
  return {
    metric: {
      name: asked.name,
      kind: 'latency',
      histogram: kept(histogram, arms),
      quantile,
      ...toleranceOf(asked),
    },
    notes: [
      `the mean is not compared: p95 of ${histogram.metric} is, which needs its buckets`,
      ...(asked.fixed === undefined ? [] : [`${asked.fixed} is a bound of the mean, so there is no limit`]),
    ],
  }
}
