import type { SourceProblem } from '../../../engine/model/recording.ts'
import type { FetchRequest } from '../../../judge/ports/ports.ts'
import { settle } from '../client/settle.ts'
import type { MetricRequest } from './metric-request.ts'
import type { HistogramState, Learned, RunState } from './run-state.ts'
import { coarse, failed } from './source-problems.ts'
import type { SharedTime } from '../../recording/shared-time.ts'
import type { Slicing } from '../../recording/slicing.ts'
import { learnHistogram } from '../discovery/learn-histogram.ts'
import { type ScrapeInterval, scrapeInterval } from '../discovery/scrape-interval.ts'

/** The times that a look covers. They are known before all data have arrived. */
export interface TimeAxis {
  readonly slicing: Slicing
  readonly slices: number
  readonly learned: RunState['learned']
  readonly usable: ReadonlySet<MetricRequest>
}

export interface TimeAxisDeps {
  readonly request: FetchRequest
  readonly time: SharedTime
  readonly before: RunState | undefined
  /** No query is sent before this resolves. */
  readonly ahead: Promise<void>
  /** The moment up to which slices may be settled, by the clocks of these sources. */
  readonly timed: (usable: readonly MetricRequest[]) => Promise<number>
  /** Collects the problems that are found. */
  readonly problems: SourceProblem[]
}

export async function timeAxisOf(
  learning: readonly Learning[],
  { request, time, before, ahead, timed, problems }: TimeAxisDeps,
): Promise<TimeAxis> {
  await ahead
  const attempts = await Promise.all(
    learning.map(async ({ one, known, histogram }) => ({
      one,
      attempt: await settle(async () => ({
        interval: await intervalOf(one, request, known, histogram),
        histogram: await histogram,
      })),
    })),
  )
  const intervals = attempts.flatMap(({ attempt }) =>
    attempt.ok ? (attempt.value.interval?.seconds ?? []) : [],
  )
  const slicing = await time.slicing(before?.slicing, intervals)
  const learned = new Map(before?.learned)
  const usable: MetricRequest[] = []
  for (const { one, attempt } of attempts) {
    if (!attempt.ok) {
      problems.push(failed(one, attempt.error))
      continue
    }
    const { interval, histogram } = attempt.value
    learned.set(one.metric.name, {
      ...(interval?.sure === true && { interval: interval.seconds }),
      ...(histogram !== undefined && { histogram }),
    })
    const found = coarse(one, interval, slicing)
    if (found !== undefined) problems.push(found.problem)
    if (found?.refused !== true) usable.push(one)
  }
  const slices = await time.slices(await timed(usable))
  return { slicing, slices, learned, usable: new Set(usable) }
}

export interface Learning {
  readonly one: MetricRequest
  readonly known: Learned | undefined
  readonly histogram: Promise<HistogramState | undefined>
}

/** How to read the histogram of a latency metric. Undefined for other kinds, and while there is no histogram. */
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

/** How often a counter is scraped. Undefined for gauges, and while there are too few samples. */
export async function intervalOf(
  { queries, client, signal }: MetricRequest,
  { until }: FetchRequest,
  known: Learned | undefined,
  histogram: Promise<HistogramState | undefined>,
): Promise<ScrapeInterval | undefined> {
  if (known?.interval !== undefined) return { seconds: known.interval, sure: true }
  if ('query' in queries) return undefined
  const ask = (scraped: string): Promise<ScrapeInterval | undefined> =>
    scrapeInterval(client, scraped, until / 1000, signal)
  // asked at the same time as the histogram, because most histograms are classic
  const [classic, read] = await Promise.all([ask(queries.scraped), histogram])
  return queries.kind === 'latency' && read?.native === true ? ask(queries.scrapedNative) : classic
}
