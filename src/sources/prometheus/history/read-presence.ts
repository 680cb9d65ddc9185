import type { MetricPolicy, Policy } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import type { PrometheusClient, RangeWindow } from '../client/client.ts'
import { fetchWhole } from '../client/fetch-range.ts'
import { metricQueries } from '../queries/metric-queries.ts'
import { type HistorySubject, type Versions, versionsOf } from './versions.ts'

/** The times, in steps, at which a version of the workload had series; in Unix seconds, ascending. */
export interface Presence {
  readonly version: string
  readonly times: readonly number[]
}

/** Reads when each version of a workload was there; one query at a time. */
export interface PresenceReader {
  /** Whether versions have names of their own; otherwise they are `canary` and `stable`. */
  readonly named: boolean
  read(window: RangeWindow, signal: AbortSignal): Promise<readonly Presence[]>
}

export function createPresenceReader(
  policy: Policy,
  subject: HistorySubject,
  client: PrometheusClient,
): PresenceReader {
  const metric = mostTelling(policy)
  const versions = versionsOf(policy, metric, subject)
  const query = presenceQuery(metric, versions)
  return {
    named: versions.named,
    read: (window, signal) => readPresence(query, versions, { client, signal }, window),
  }
}

/** Prefers counters of requests, which the pods of both versions always have. */
function mostTelling({ metrics }: Policy): MetricPolicy {
  const order = ['errors', 'latency', 'conversion'] as const
  const found = order.flatMap((kind) => metrics.find((metric) => metric.kind === kind) ?? [])[0]
  if (found !== undefined) return found
  throw new AppError('invalid-policy', 'expected a metric of kind errors, latency or conversion')
}

/** A series in a window, by the samples in it: a selector alone finds a series for five minutes after its end. */
function presenceQuery(metric: MetricPolicy, { arms, labels }: Versions): (stepSeconds: number) => string {
  const queries = metricQueries(metric, arms)
  if ('query' in queries) throw new AppError('invalid-policy', 'expected a metric that counts')
  const { scraped } = queries
  return (stepSeconds) => {
    const window = `[${stepSeconds}s]`
    const isThere = `count_over_time(${scraped}${window})`
    // the series of a proxy stay there from one rollout to the next
    const counts = `increase(${scraped}${window}) > 0`
    return `count by (${labels.join(', ')}) (${arms.podLabel === undefined ? counts : isThere})`
  }
}

async function readPresence(
  query: (stepSeconds: number) => string,
  { versionOf }: Versions,
  server: { readonly client: PrometheusClient; readonly signal: AbortSignal },
  window: RangeWindow,
): Promise<readonly Presence[]> {
  const times = new Map<string, Set<number>>()
  for (const series of await fetchWhole(server, query(window.stepSeconds), window)) {
    const version = versionOf(series.labels)
    if (version === undefined) continue
    const known = times.get(version) ?? new Set()
    times.set(version, known)
    for (const time of series.times) known.add(time)
  }
  return [...times].map(([version, own]) => ({ version, times: [...own].sort((a, b) => a - b) }))
}
