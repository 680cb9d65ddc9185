import { keepMatchers } from '../../../sources/prometheus/queries/selector.ts'
import type { ArmsOfQuery } from '../arms/arms-of.ts'
import type { AskedQuery } from '../asked.ts'
import { type NearestMetric, none, percentText, type ShapeOf, toleranceOf } from './nearest-metric.ts'

/** A level of each pod. */
export function toGauge(
  { query, across, factor }: ShapeOf<'level'>,
  asked: AskedQuery,
  arms: ArmsOfQuery,
): NearestMetric {
  if (asked.worse === 'lower') return none('lower is worse')
  const limit = asked.fixed === undefined || across === 'sum' ? undefined : asked.fixed / factor
  const fits = limit !== undefined && limit > 0
  const margin = asked.keys.required === true ? marginOf(asked) : undefined
  return {
    metric: {
      name: asked.name,
      kind: 'gauge',
      query: keepMatchers(query, arms.isKept),
      ...toleranceOf(asked),
      ...(margin !== undefined && { margin }),
      ...(fits && { limit: Number(limit.toPrecision(6)) }),
    },
    notes: [
      ...(across === undefined || across === 'avg'
        ? []
        : [`${across} of the pods: the level of each pod is compared`]),
      ...(asked.fixed === undefined || fits ? [] : [`no limit for each pod follows from ${asked.fixed}`]),
      ...(margin === undefined
        ? []
        : [`a gauge that has to pass needs a margin: ${margin} is a guess to check`]),
    ],
  }
}

/** Without a margin there is nothing that a required gauge has to show. */
const marginOf = ({ tolerated = 1 }: AskedQuery): string => percentText(Math.max(0.25, tolerated - 1))
