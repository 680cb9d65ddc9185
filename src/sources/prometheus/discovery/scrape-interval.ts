import type { PrometheusClient } from '../client/client.ts'
import { equals } from '../queries/matcher.ts'
import { parseSelector, printSelector } from '../queries/selector.ts'

export interface ScrapeInterval {
  readonly seconds: number
  /** Seen several times: good enough to refuse a policy by. */
  readonly sure: boolean
}

/** Holds four scrapes of what is scraped every five minutes and missed one. */
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
  // of two in the middle the smaller: what makes a gap longer is more frequent than what makes it shorter
  const middle = gaps[Math.floor((gaps.length - 1) / 2)]
  if (middle === undefined || (gaps.length === 1 && middle > SHORT_SECONDS)) return undefined
  return { seconds: usual(middle), sure: gaps.length >= SURE_GAPS }
}

/** A scrape that comes a little early or late makes no other interval. */
function usual(seconds: number): number {
  const distance = (interval: number): number => Math.abs(Math.log(seconds / interval))
  const nearest = USUAL_SECONDS.reduce((best, next) => (distance(next) < distance(best) ? next : best))
  return distance(nearest) < 0.1 ? nearest : Math.round(seconds * 10) / 10
}
