import { toDuration } from '../../../formats/policy/amounts.ts'
import type { WrittenMetric, WrittenSelect } from '../asked.ts'
import { percentText } from '../kinds/nearest-metric.ts'
import type { FlaggerMetric } from './flagger-schema.ts'

const successRate = 'request-success-rate'
const duration = 'request-duration'

export type BuiltinName = typeof successRate | typeof duration

/** Whether Flagger has a metric of this name without a query. */
export const isBuiltinName = (name: string): name is BuiltinName => name === successRate || name === duration

export const noBuiltin = 'it has neither templateRef nor query, and Flagger has no metric of this name'

export function readBuiltin(metric: FlaggerMetric, provider: string): Builtin | { readonly why: string } {
  const { name, thresholdRange = {}, threshold } = metric
  if (!isBuiltinName(name)) return { why: noBuiltin }
  const found = providers.get(provider.split(':', 1)[0] ?? '')
  if (found === undefined) return { why: `no preset knows the metrics of the provider ${provider}` }
  const { select, total, histogram, isMean = false } = found
  if (name === successRate) {
    const min = thresholdRange.min ?? threshold
    const isLimit = min !== undefined && min > 0 && min < 100
    const selectors = total === undefined ? {} : { total, bad: `${total}{status=~"5.*"}` }
    const limit = isLimit ? { limit: percentText(1 - min / 100) } : {}
    return { metric: { name, kind: 'errors', select, ...selectors, ...limit }, notes: [] }
  }
  const max = thresholdRange.max ?? threshold
  const limit = !isMean && max !== undefined && max > 0 ? { limit: toDuration(max / 1000) } : {}
  return {
    metric: {
      name,
      kind: 'latency',
      select,
      ...(histogram !== undefined && { histogram }),
      quantile: 0.99,
      ...limit,
    },
    notes: isMean ? ['Flagger compares the mean of the upstream, here it is p99 of all: no limit'] : [],
  }
}

interface Builtin {
  readonly metric: WrittenMetric
  readonly notes: readonly string[]
}

interface Provider {
  readonly select: WrittenSelect
  readonly total?: string
  readonly histogram?: string
  readonly isMean?: true
}

/** The series that Flagger 1.44 reads for each provider, and the preset that reads the same. */
const providers = new Map<string, Provider>([
  ['istio', { select: 'istio-workload' }],
  ['linkerd', { select: 'linkerd' }],
  ['nginx', { select: 'nginx-ingress', isMean: true }],
  ['traefik', { select: 'traefik' }],
  ['contour', { select: 'contour' }],
  ['gloo', { select: 'gloo' }],
  ['kuma', { select: 'kuma' }],
  [
    'kubernetes',
    {
      select: { preset: 'pods', labels: { namespace: 'kubernetes_namespace', pod: 'kubernetes_pod_name' } },
      total: 'http_request_duration_seconds_count',
      histogram: 'http_request_duration_seconds',
    },
  ],
])
