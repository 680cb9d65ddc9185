import type { MetricRequest } from '../fetching/metric-request.ts'
import type { Finding, FindingCode } from '../../../judge/ports/diagnosis.ts'
import type { MetricPolicy, Policy } from '../../../engine/model/policy.ts'
import type { Span } from '../client/client.ts'
import type { Workload } from '../arms/preset-context.ts'
import { restartsSelector } from '../queries/metric-queries.ts'
import { parseSelector, type Selector, selectorsIn } from '../queries/selector.ts'

/** One metric, ready to be probed. */
export interface PreparedMetric extends MetricRequest {
  readonly policy: Policy
  readonly subject: Workload
  /** Unix seconds. */
  readonly span: Span
}

/** What can pass only with it, and is in the way of a pass without it. */
export function isRequired({ required, watch }: MetricPolicy): boolean {
  return required && !watch
}

/** Grave for what is required, a warning for what is not. */
export function missing({ metric }: PreparedMetric, code: FindingCode, text: string): Finding {
  return { level: isRequired(metric) ? 'error' : 'warning', code, text }
}

/** The selectors of the policy or its preset, without the labels of the arms; the first one counts everything. */
export function writtenSelectors({
  metric,
  arms,
}: Pick<PreparedMetric, 'metric' | 'arms'>): readonly Selector[] {
  const { defaults } = arms
  const texts = (...given: readonly (string | undefined)[]): readonly Selector[] =>
    given.flatMap((text) => (text === undefined ? [] : [parseSelector(text)]))
  switch (metric.kind) {
    case 'errors':
      return texts(metric.total ?? defaults.total, metric.bad ?? defaults.bad)
    case 'conversion':
      return texts(metric.total, metric.good)
    case 'latency':
      return texts(metric.histogram ?? defaults.histogram)
    case 'gauge':
    case 'series':
      return selectorsIn(metric.query ?? '')
    case 'restarts':
      return texts(restartsSelector(metric))
    default:
      return metric satisfies never
  }
}

export function histogramName({ metric }: Selector): string {
  return metric.replace(/_bucket$/, '')
}
