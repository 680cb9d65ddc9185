import type { CanaryStartRequest } from '../ports.ts'
import type { RangeWindow } from './client.ts'
import { fetchRange } from './fetch-range.ts'
import type { Asked } from './feeds.ts'
import { SourceError } from './source-error.ts'

const STEP_SECONDS = 60
/** A canary that has been there for longer counts from here. */
const LOOKBACK_SECONDS = 6 * 3600

/** See MetricSource: the slice in which the canary's series came, in milliseconds. */
export async function canaryStart(
  asked: readonly Asked[],
  { until, quietMs }: Pick<CanaryStartRequest, 'until' | 'quietMs'>,
): Promise<number | undefined> {
  const one = mostTelling(asked)
  if (one === undefined) return undefined
  const end = Math.floor(until / 1000 / STEP_SECONDS) * STEP_SECONDS
  const window = { start: end - LOOKBACK_SECONDS, end, stepSeconds: STEP_SECONDS }
  for (const series of telling(one)) {
    const times = await timesOfCanary(one, series, window)
    if (times.length > 0) return startOfLast(times, { end, quietSeconds: quietMs / 1000 })
  }
  return undefined
}

/** Requests are there as soon as a pod is; gauges may come of something else. */
function mostTelling(asked: readonly Asked[]): Asked | undefined {
  const order = ['errors', 'latency', 'conversion', 'gauge'] as const
  const kinds = order.map((kind) => asked.find(({ metric }) => metric.kind === kind))
  return kinds.find((one) => one !== undefined)
}

/** What has a value where the canary was scraped; the first that ever has one is believed. */
function telling({ queries }: Asked): readonly string[] {
  if (queries.kind === 'gauge') return [queries.query]
  // samples themselves: without stale markers a selector finds what went five minutes ago
  const sampled = (scraped: string): string => `count_over_time(${scraped}[${STEP_SECONDS}s])`
  return queries.kind === 'latency'
    ? [sampled(queries.scraped), sampled(queries.scrapedNative)]
    : [sampled(queries.scraped)]
}

async function timesOfCanary(
  { client, arms, signal }: Asked,
  series: string,
  window: RangeWindow,
): Promise<readonly number[]> {
  const query = `count by (${arms.armLabels.join(', ')}) (${series})`
  const found = await fetchRange(client, query, window, signal)
  const [warning] = found.warnings
  if (warning !== undefined) {
    throw new SourceError('source-partial', `Prometheus gave partial data: ${warning}`)
  }
  const canary = found.series.filter(({ labels }) => arms.armOf(labels) === 'canary')
  return [...new Set(canary.flatMap((row) => row.times))]
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
