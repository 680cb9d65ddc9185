import type { CanaryStartRequest } from '../../../judge/ports/ports.ts'
import type { RangeWindow } from '../client/client.ts'
import { fetchWhole } from '../client/fetch-range.ts'
import type { MetricRequest } from './metric-request.ts'
import type { Series } from '../client/query-result.ts'

const STEP_SECONDS = 60
/** A canary that has been there for longer counts from here, unless it is asked for longer. */
const LOOKBACK_SECONDS = 6 * 3600
const LONGEST_LOOKBACK_SECONDS = 24 * 3600

/** See MetricSource: the slice in which the canary's series came, in milliseconds. */
export async function canaryStart(
  asked: readonly MetricRequest[],
  { until, quietMs, since = until }: Pick<CanaryStartRequest, 'until' | 'quietMs' | 'since'>,
): Promise<number | undefined> {
  const one = mostTelling(asked)
  if (one === undefined) return undefined
  const end = stepBefore(until)
  const start = Math.max(Math.min(end - LOOKBACK_SECONDS, stepBefore(since)), end - LONGEST_LOOKBACK_SECONDS)
  const window = { start, end, stepSeconds: STEP_SECONDS }
  for (const times of timesIn(one, window)) {
    const found = await times()
    if (found.length > 0) return startOfLast(found, { end, quietSeconds: quietMs / 1000 })
  }
  return undefined
}

const stepBefore = (ms: number): number => Math.floor(ms / 1000 / STEP_SECONDS) * STEP_SECONDS

/** Requests are there as soon as a pod is; gauges may come of something else. */
function mostTelling(asked: readonly MetricRequest[]): MetricRequest | undefined {
  const order = ['errors', 'latency', 'conversion', 'restarts', 'gauge'] as const
  const kinds = order.map((kind) => asked.find(({ metric }) => metric.kind === kind))
  return kinds.find((one) => one !== undefined)
}

/** When the canary was there, each way of telling it; the first that tells of any time is believed. */
function timesIn(one: MetricRequest, window: RangeWindow): readonly (() => Promise<readonly number[]>)[] {
  const { queries, arms } = one
  if ('query' in queries) return [async () => timesOf(await rowsOfCanary(one, queries.query, window))]
  // samples themselves: without stale markers a selector finds what went five minutes ago
  const sampled = (scraped: string): string => `count_over_time(${scraped}[${STEP_SECONDS}s])`
  const came = async (scraped: string): Promise<readonly number[]> => {
    const { podLabel } = arms
    // what a proxy counts of a canary stays there from one rollout to the next
    if (podLabel === undefined) return timesOfRequests(one, scraped, window)
    const rows = await rowsOfCanary(one, sampled(scraped), window)
    const hasPods = rows.some(({ labels }) => (labels[podLabel] ?? '') !== '')
    return rows.length > 0 && !hasPods ? timesOfRequests(one, scraped, window) : timesOf(rows)
  }
  const all = queries.kind === 'latency' ? [queries.scraped, queries.scrapedNative] : [queries.scraped]
  return all.map((scraped) => () => came(scraped))
}

async function rowsOfCanary(
  one: MetricRequest,
  series: string,
  window: RangeWindow,
): Promise<readonly Series[]> {
  const { arms } = one
  const found = await fetchWhole(one, `count by (${arms.armLabels.join(', ')}) (${series})`, window)
  return found.filter(({ labels }) => arms.armOf(labels) === 'canary')
}

const timesOf = (rows: readonly Series[]): readonly number[] => [
  ...new Set(rows.flatMap(({ times }) => times)),
]

/** Times at which the canary's counters stood higher than a step before, or had begun anew and counted since. */
async function timesOfRequests(
  one: MetricRequest,
  scraped: string,
  window: RangeWindow,
): Promise<readonly number[]> {
  const { arms } = one
  const labels = [...arms.armLabels, ...arms.targetLabels]
  const found = await fetchWhole(one, `sum by (${labels.join(', ')}) (${scraped})`, window)
  const begin = Math.min(...found.map(({ times }) => times[0] ?? Infinity))
  const lasts = new Map<string, number>()
  const active = new Set<number>()
  for (const series of found) {
    if (arms.armOf(series.labels) !== 'canary') continue
    const key = JSON.stringify(labels.map((label) => series.labels[label] ?? ''))
    series.times.forEach((time, i) => {
      const value = series.values[i] ?? series.histograms?.[i]?.count ?? 0
      // what is there where the data begin was counted before
      const last = lasts.get(key) ?? (time === begin ? value : 0)
      if (value > last || (value < last && value > 0)) active.add(time)
      lasts.set(key, value)
    })
  }
  return [...active]
}

/** Milliseconds of the step before the first of the last times that follow each other without a long pause. */
function startOfLast(
  times: readonly number[],
  { end, quietSeconds }: { readonly end: number; readonly quietSeconds: number },
): number | undefined {
  let start = end
  let found = false
  for (const time of times.toSorted((a, b) => b - a)) {
    // a step tells of the minute before it, so that many whole minutes without any lie between steps further apart
    if (start - time > quietSeconds) break
    start = time
    found = true
  }
  return found ? (start - STEP_SECONDS) * 1000 : undefined
}
