import type { CanaryStartRequest } from '../../../judge/ports/ports.ts'
import type { RangeWindow } from '../client/client.ts'
import { fetchWhole } from '../client/fetch-range.ts'
import type { MetricRequest } from './metric-request.ts'
import type { Series } from '../client/query-result.ts'

const STEP_SECONDS = 60
/** How far back the start of a canary is looked for, unless the request asks for more. */
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

/** Prefers counters of requests, because a gauge may come from something else than the pod. */
function mostTelling(asked: readonly MetricRequest[]): MetricRequest | undefined {
  const order = ['errors', 'latency', 'conversion', 'restarts', 'gauge', 'series'] as const
  const kinds = order.map((kind) => asked.find(({ metric }) => metric.kind === kind))
  return kinds.find((one) => one !== undefined)
}

/** The ways to find out when the canary was there. The first that finds any time is used. */
function timesIn(one: MetricRequest, window: RangeWindow): readonly (() => Promise<readonly number[]>)[] {
  const { queries, arms } = one
  if ('query' in queries) return [async () => timesOf(await rowsOfCanary(one, queries.query, window))]
  // the samples themselves, because without stale markers a selector finds series that ended five minutes ago
  const sampled = (scraped: string): string => `count_over_time(${scraped}[${STEP_SECONDS}s])`
  const came = async (scraped: string): Promise<readonly number[]> => {
    const { podLabel } = arms
    // the series of a proxy stay there from one rollout to the next
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
  const { answerArms: arms } = one
  const found = await fetchWhole(one, `count by (${arms.armLabels.join(', ')}) (${series})`, window)
  return found.filter(({ labels }) => arms.armOf(labels) === 'canary')
}

const timesOf = (rows: readonly Series[]): readonly number[] => [
  ...new Set(rows.flatMap(({ times }) => times)),
]

/** The times at which the canary's counters had grown since the step before, or had restarted and counted. */
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
      // the first value was counted before the data begin
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
    // a step covers the minute before it
    if (start - time > quietSeconds) break
    start = time
    found = true
  }
  return found ? (start - STEP_SECONDS) * 1000 : undefined
}
