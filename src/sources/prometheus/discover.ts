import type { FetchRequest } from '../../judge/ports/ports.ts'
import type { MetricRequest } from './series-groups.ts'
import { learnHistogram } from './histograms/learn-histogram.ts'
import type { HistogramState, Learned } from './run-state.ts'
import { type ScrapeInterval, scrapeInterval } from './scrape-interval.ts'

/** Of a latency, how to read its histogram; undefined = it is none, or there is none yet. */
export async function histogramOf(
  { metric, queries, client, signal }: MetricRequest,
  { policy, run, until }: FetchRequest,
  known: Learned | undefined,
): Promise<HistogramState | undefined> {
  if (known?.histogram !== undefined) return known.histogram
  if (queries.kind !== 'latency' || metric.kind !== 'latency') return undefined
  const historySeconds = Math.max(policy.historySeconds, 60)
  const moment = { start: run.start / 1000, historySeconds, now: until / 1000 }
  return learnHistogram(client, metric, queries, moment, signal)
}

/** How often a counter is scraped; undefined = it is none, or there are too few samples yet. */
export async function intervalOf(
  { queries, client, signal }: MetricRequest,
  { until }: FetchRequest,
  known: Learned | undefined,
  histogram: Promise<HistogramState | undefined>,
): Promise<ScrapeInterval | undefined> {
  if (known?.interval !== undefined) return { seconds: known.interval, sure: true }
  if (queries.kind === 'gauge') return undefined
  const ask = (scraped: string): Promise<ScrapeInterval | undefined> =>
    scrapeInterval(client, scraped, until / 1000, signal)
  // together with the histogram: most are classic
  const [classic, read] = await Promise.all([ask(queries.scraped), histogram])
  return queries.kind === 'latency' && read?.native === true ? ask(queries.scrapedNative) : classic
}
