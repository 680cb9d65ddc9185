import { keepMatchers } from '../../../sources/prometheus/queries/selector.ts'
import { whyNoSeries } from '../../../sources/prometheus/queries/why-no-series.ts'
import type { ArmsOfQuery } from '../arms/arms-of.ts'
import type { AskedQuery } from '../asked.ts'
import { type NearestMetric, none, percentText } from './nearest-metric.ts'

/** The whole expression, where it has one value for each arm that the arms can be compared by. */
export function toSeries(asked: AskedQuery, arms: ArmsOfQuery): NearestMetric {
  const { name, query, worse, tolerated, fixed } = asked
  const why = whyNoSeries(query)
  if (why !== undefined) return none(why)
  return {
    metric: {
      name,
      kind: 'series',
      harm: worse === 'lower' ? 'down' : 'up',
      query: keepMatchers(query, arms.isKept).trim(),
      ...(tolerated !== undefined && { tolerance: percentText(Math.abs(tolerated - 1)) }),
    },
    notes: [
      'its value is compared once a minute, and shows little in a short rollout',
      ...(fixed === undefined ? [] : [`a series has no limit, so ${fixed} is left out`]),
    ],
  }
}
