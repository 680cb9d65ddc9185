import type { Arm } from '../../../engine/model/recording.ts'
import type { LatencyPolicy, MetricPolicy, RestartsPolicy } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import type { Arms } from '../arms/arms.ts'
import { boundTexts } from '../histograms/bucket-bounds.ts'
import { type Matcher, oneOf } from './matcher.ts'
import { queryOfArms } from './query-of-arms.ts'
import { addMatchers, parseSelector, printSelector, type Selector } from './selector.ts'
import { distinguishingLabels } from './distinguishing-labels.ts'

/** The queries of one metric, every one of them for both arms and all pods at once. */
export type MetricQueries = CountQueries | LatencyQueries | GaugeQueries

export interface CountQueries {
  readonly kind: 'errors' | 'conversion'
  readonly total: string
  readonly part: string
  /** What is scraped, for the interval. */
  readonly scraped: string
  /** Labels that tell the part from the whole, with what counts an arm's series that have one, in all and of the part. */
  readonly telling: readonly {
    readonly label: string
    readonly inAll: string
    readonly inPart: string
    /** One series for each value of the label in an arm. */
    readonly values: Readonly<Record<Arm, string>>
  }[]
  readonly partSelector: Selector
}

export interface LatencyQueries {
  readonly kind: 'latency'
  /** The unit of its bounds: 1 or 1000. */
  readonly unitsPerSecond: number
  readonly scraped: string
  readonly scrapedNative: string
  /** Cumulative buckets at these bounds, in the source's unit; undefined = all. */
  classic(bounds: readonly number[] | undefined): string
  readonly native: string
  shape(kind: 'classic' | 'native', over: 'lifetime' | { readonly seconds: number }): string
}

/** Series that are read as they are: one for each pod, or one for each arm. */
export interface GaugeQueries {
  readonly kind: 'gauge' | 'restarts' | 'series'
  readonly query: string
}

/** `bad-request` where the policy's selector cannot be one. */
export function metricQueries(metric: MetricPolicy, arms: Arms): MetricQueries {
  const by = `sum by (${[...arms.armLabels, ...arms.targetLabels].join(', ')})`
  switch (metric.kind) {
    case 'errors': {
      const total = selectorOf(metric, 'total', metric.total ?? arms.defaults.total)
      const part = selectorOf(metric, 'bad', metric.bad ?? arms.defaults.bad)
      return countQueries('errors', by, arms, total, part)
    }
    case 'conversion': {
      const total = selectorOf(metric, 'total', metric.total)
      const part = selectorOf(metric, 'good', metric.good)
      return countQueries('conversion', by, arms, total, part)
    }
    case 'latency':
      return latencyQueries(metric, arms)
    case 'gauge':
      if (metric.query === undefined) throw missing(metric, 'query')
      return {
        kind: 'gauge',
        query: `sum by (${arms.armLabels.join(', ')}) (${addMatchers(metric.query, arms.both)})`,
      }
    case 'restarts': {
      const selector = selectorOf(metric, 'restarts', restartsSelector(metric))
      const labels = arms.armLabels.join(', ')
      // kube-state-metrics that restarts is another instance, and counts no pod's restarts anew
      const containers = `max by (${labels}, container) (${printSelector(selector, arms.both)})`
      return { kind: 'restarts', query: `sum by (${labels}) (${containers})` }
    }
    case 'series':
      if (metric.query === undefined) throw missing(metric, 'query')
      return { kind: 'series', query: queryOfArms(metric.query, arms) }
    default:
      return metric satisfies never
  }
}

/** As kube-state-metrics names it. */
export function restartsSelector({ restarts }: RestartsPolicy): string {
  return restarts ?? 'kube_pod_container_status_restarts_total'
}

function countQueries(
  kind: 'errors' | 'conversion',
  by: string,
  arms: Arms,
  total: Selector,
  part: Selector,
): CountQueries {
  const scraped = printSelector(total, arms.both)
  const labelled = (selector: Selector, label: string): string =>
    `count by (${arms.armLabels.join(', ')}) (${printSelector(selector, [...arms.both, { label, op: '!=', value: '' }])})`
  const valuesOf = (label: string, arm: readonly Matcher[]): string =>
    `count by (${label}) (${printSelector(total, arm)})`
  return {
    kind,
    total: `${by} (${scraped})`,
    part: `${by} (${printSelector(part, arms.both)})`,
    scraped,
    telling: distinguishingLabels(total, part).map((label) => ({
      label,
      inAll: labelled(total, label),
      inPart: labelled(part, label),
      values: { canary: valuesOf(label, arms.canary), stable: valuesOf(label, arms.stable) },
    })),
    partSelector: part,
  }
}

function latencyQueries(metric: LatencyPolicy, arms: Arms): LatencyQueries {
  const selector = selectorOf(metric, 'histogram', metric.histogram ?? arms.defaults.histogram)
  const base = selector.metric.replace(/_bucket$/, '')
  const unit = metric.histogram === undefined ? arms.defaults.unit : metric.unit
  const labels = [...arms.armLabels, ...arms.targetLabels]
  const over = (series: string, span: 'lifetime' | { readonly seconds: number }): string =>
    span === 'lifetime' ? series : `increase(${series}[${Math.max(Math.round(span.seconds), 1)}s])`
  return {
    kind: 'latency',
    unitsPerSecond: unit === 'milliseconds' ? 1000 : 1,
    scraped: printSelector(selector, [...arms.both, oneOf('le', ['+Inf'])], `${base}_bucket`),
    scrapedNative: printSelector(selector, arms.both, base),
    classic: (bounds) => {
      const le = bounds === undefined ? [] : [oneOf('le', [...bounds, Infinity].flatMap(boundTexts))]
      const buckets = printSelector(selector, [...arms.both, ...le], `${base}_bucket`)
      return `sum by (${[...labels, 'le'].join(', ')}) (${buckets})`
    },
    native: `sum by (${labels.join(', ')}) (${printSelector(selector, arms.both, base)})`,
    shape: (kind, span) =>
      kind === 'classic'
        ? `sum by (le) (${over(printSelector(selector, arms.stable, `${base}_bucket`), span)})`
        : `sum(${over(printSelector(selector, arms.stable, base), span)})`,
  }
}

function selectorOf(metric: MetricPolicy, key: string, text: string | undefined): Selector {
  if (text === undefined) throw missing(metric, key)
  try {
    return parseSelector(text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new AppError(error.code, `metrics.${metric.name}.${key}: ${error.message}`, { cause: error })
  }
}

function missing(metric: MetricPolicy, key: string): AppError {
  return new AppError('bad-request', `metrics.${metric.name}.${key}: expected a selector, got none`)
}
