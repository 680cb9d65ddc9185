import type { QueryShape } from '../../sources/prometheus/queries/measure.ts'
import { queryShape } from '../../sources/prometheus/queries/query-shape.ts'
import { type Selector, selectorsIn } from '../../sources/prometheus/queries/selector.ts'
import { type ArmsOfQuery, armsOf } from './arms/arms-of.ts'
import type { AskedQuery } from './asked.ts'
import { toGauge } from './kinds/gauge.ts'
import { toLatency, toLatencyOfMean } from './kinds/latency.ts'
import { type NearestMetric, none } from './kinds/nearest-metric.ts'
import { toShare, toShareOfFailures } from './kinds/share.ts'

/** The metric that comes nearest to a query of another judge. */
export function toMetric(asked: AskedQuery): NearestMetric {
  const shape = queryShape(asked.query)
  if (shape.kind === 'other') return none(shape.why)
  if (asked.worse === undefined) return none('the file does not say which side of the value is worse')
  const arms = armsOf(selectorsOf(shape), asked.controller)
  if (arms.refusal !== undefined) return none(arms.refusal)
  const { metric, notes } = nearest(shape, asked, arms)
  if (metric === undefined) return { notes }
  const { name, kind, ...rest } = metric
  return {
    metric: { name, kind, select: arms.select, ...rest, ...asked.keys },
    notes: [...arms.notes, ...notes],
  }
}

type Readable = Exclude<QueryShape, { kind: 'other' }>

function selectorsOf(shape: Readable): readonly Selector[] {
  switch (shape.kind) {
    case 'share':
      return [shape.part, shape.whole]
    case 'quantile':
      return [shape.histogram]
    case 'rate':
      return [shape.counter]
    case 'level':
      return selectorsIn(shape.query)
    default:
      return shape satisfies never
  }
}

function nearest(shape: Readable, asked: AskedQuery, arms: ArmsOfQuery): NearestMetric {
  switch (shape.kind) {
    case 'share':
      return (isMean(shape.part, shape.whole) ? toLatencyOfMean : toShare)(shape, asked, arms)
    case 'quantile':
      return toLatency(shape, asked, arms)
    case 'rate':
      return toShareOfFailures(shape, asked, arms)
    case 'level':
      return toGauge(shape, asked, arms)
    default:
      return shape satisfies never
  }
}

const isMean = (sum: Selector, count: Selector): boolean =>
  sum.metric.endsWith('_sum') && count.metric === sum.metric.replace(/_sum$/, '_count')
