import type { PrometheusClient } from '../client/client.ts'
import { equals } from '../queries/matcher.ts'
import { parseSelector, printSelector } from '../queries/selector.ts'

export interface ScrapeInterval {
  readonly seconds: number
  /** Whether the interval was seen often enough to refuse a policy with shorter slices. */
  readonly sure: boolean
}

/** Long enough for four scrapes at an interval of five minutes, when one scrape is missing. */
const WINDOW_SECONDS = 1500
const SURE_GAPS = 3
/** A single gap may be an outage, unless it is as short as this. */
const SHORT_SECONDS = 60
const USUAL_SECONDS = [1, 2, 5, 10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 600] as const

/**
 * Seconds between the samples of what is scraped most often; undefined with too few of them. From the times of one
 * series' samples, since their number alone tells neither 90 s from 120 s nor an outage from a longer interval.
 */
export async function scrapeInterval(
  client: PrometheusClient,
  scraped: string,
  at: number,
  signal: AbortSignal,
): Promise<ScrapeInterval | undefined> {
  const range = `[${WINDOW_SECONDS}s]`
  const most = await client.instant(`topk(1, count_over_time(${scraped}${range}))`, at, signal)
  const labels = most.series[0]?.labels
  if (labels === undefined) return undefined
  const named = Object.entries(labels).filter(([name]) => /^[a-z_]\w*$/i.test(name) && name !== '__name__')
  const one = printSelector(
    parseSelector(scraped),
    named.map(([name, value]) => equals(name, value)),
  )
  const { series } = await client.instant(`${one}${range}`, at, signal)
  const [longest] = series.toSorted((a, b) => b.times.length - a.times.length)
  return intervalOf(longest?.times ?? [])
}

function intervalOf(times: readonly number[]): ScrapeInterval | undefined {
  const gaps = times
    .flatMap((time, i) => time - (times[i - 1] ?? time))
    .filter((gap) => gap > 0)
    .toSorted((a, b) => a - b)
  // the smaller of the two in the middle, because gaps are more often too long than too short
  const middle = gaps[Math.floor((gaps.length - 1) / 2)]
  if (middle === undefined || (gaps.length === 1 && middle > SHORT_SECONDS)) return undefined
  return { seconds: usual(middle), sure: gaps.length >= SURE_GAPS }
}

/** Rounds to a usual interval, because a scrape may come a little early or late. */
function usual(seconds: number): number {
  const distance = (interval: number): number => Math.abs(Math.log(seconds / interval))
  const nearest = USUAL_SECONDS.reduce((best, next) => (distance(next) < distance(best) ? next : best))
  return distance(nearest) < 0.1 ? nearest : Math.round(seconds * 10) / 10
}
