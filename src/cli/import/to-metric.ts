import type { QueryShape } from '../../sources/prometheus/queries/measure.ts'
import { queryShape } from '../../sources/prometheus/queries/query-shape.ts'
import { whyNoSeries } from '../../sources/prometheus/queries/why-no-series.ts'
import { type Selector, selectorsIn } from '../../sources/prometheus/queries/selector.ts'
import { type ArmsOfQuery, armsOf } from './arms/arms-of.ts'
import type { AskedQuery } from './asked.ts'
import { toGauge } from './kinds/gauge.ts'
import { toLatency, toLatencyOfMean } from './kinds/latency.ts'
import { type NearestMetric, none } from './kinds/nearest-metric.ts'
import { toSeries } from './kinds/series.ts'
import { toShare, toShareOfFailures } from './kinds/share.ts'

/** The metric that comes nearest to a query of another judge. */
export function toMetric(asked: AskedQuery): NearestMetric {
  const shape = queryShape(asked.query)
  const noSeries = whyNoSeries(asked.query)
  if (shape.kind === 'other' && noSeries !== undefined) return none(noSeries)
  if (asked.worse === undefined) return none('the file does not say which side of the value is worse')
  const selectors = selectorsOf(shape, asked.query)
  const arms = armsOf(selectors, asked.controller)
  const refusal = arms.refusal ?? whyOneSided(selectors, arms)
  if (refusal !== undefined) return none(refusal)
  const { metric, notes } = nearestOf(shape, asked, arms)
  if (metric === undefined) return { notes }
  const { name, kind, ...rest } = metric
  return {
    metric: { name, kind, select: arms.select, ...rest, ...asked.keys },
    notes: [...arms.notes, ...notes],
  }
}

/** The judge puts the labels of the arm into every selector. */
function whyOneSided(selectors: readonly Selector[], { isKept }: ArmsOfQuery): string | undefined {
  const common = selectors.filter(({ matchers }) => matchers.every(isKept))
  const [first] = common
  if (first === undefined || common.length === selectors.length) return undefined
  return `${first.metric} is not of the canary alone, and a policy asks for every series of each arm`
}

function selectorsOf(shape: QueryShape, query: string): readonly Selector[] {
  switch (shape.kind) {
    case 'share':
      return [shape.part, shape.whole]
    case 'quantile':
      return [shape.histogram]
    case 'rate':
      return [shape.counter]
    case 'level':
      return selectorsIn(shape.query)
    case 'other':
      return selectorsIn(query)
    default:
      return shape satisfies never
  }
}

/** A kind with counts or pods shows more than a series, which is for what has neither. */
function nearestOf(shape: QueryShape, asked: AskedQuery, arms: ArmsOfQuery): NearestMetric {
  const known = shape.kind === 'other' ? undefined : nearest(shape, asked, arms)
  if (known?.metric !== undefined) return known
  const series = toSeries(asked, arms)
  return series.metric === undefined && shape.kind === 'rate' && known !== undefined ? known : series
}

type Readable = Exclude<QueryShape, { kind: 'other' }>

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
