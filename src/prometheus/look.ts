import type { LatencyPolicy, MetricPolicy, Policy } from '../analysis/policy.ts'
import type { SourceProblem } from '../analysis/recording.ts'
import type { Clock, FetchRequest } from '../ports.ts'
import type { Arms } from './arms.ts'
import type { PrometheusClient } from './client.ts'
import { learnHistogram } from './learn-histogram.ts'
import type { LatencyQueries, MetricQueries } from './metric-queries.ts'
import { nothingRead, readMetric, withReading } from './read-metric.ts'
import type { MetricState, RunState } from './run-state.ts'
import { latestOf, rounded, timesOf } from './server-times.ts'
import { type ScrapeInterval, scrapeInterval } from './scrape-interval.ts'
import { settledSlices, type Slicing, slicingOf } from './slicing.ts'
import { attempted } from './attempted.ts'
import type { SourceError } from './source-error.ts'

/** One metric of the policy, ready to be asked for. */
export interface Asked {
  readonly metric: MetricPolicy
  readonly source: string
  readonly client: PrometheusClient
  readonly arms: Arms
  readonly queries: MetricQueries
  /** The deadline of its source. */
  readonly signal: AbortSignal
}

export interface Looked {
  readonly state: RunState
  readonly slices: number
  /** Those that could be read in this look. */
  readonly read: ReadonlyMap<string, MetricState>
  readonly problems: readonly SourceProblem[]
}

/** Asks for all metrics at once; each fails alone. */
export async function look(
  asked: readonly Asked[],
  request: FetchRequest,
  clock: Clock,
  before: RunState | undefined,
): Promise<Looked> {
  const problems: SourceProblem[] = []
  const serverTimes = timesOf(asked, clock)
  const learned = new Map<string, Learned>()
  await Promise.all(
    asked.map(async (one) => {
      const known = before?.metrics.get(one.metric.name)
      const attempt = await attempted(() => learn(one, request, known))
      if (attempt.ok) learned.set(one.metric.name, attempt.value)
      else problems.push(failed(one, attempt.error))
    }),
  )
  const intervals = [...learned.values()].flatMap(({ interval }) => interval?.seconds ?? [])
  const slicing = before?.slicing ?? slicingOf(request.policy, request.run, intervals)
  const usable = asked.filter((one) => accept(one, learned.get(one.metric.name), slicing, problems))

  const slowest = intervals.length === 0 ? undefined : Math.max(...intervals)
  const guess = settledSlices(slicing, request.until / 1000, slowest)
  // of a run that is known the server's time is awaited together with the data
  const limit =
    before === undefined ? await latestOf(usable, serverTimes, request, clock, problems) : undefined
  const most = limit === undefined ? guess : settledSlices(slicing, limit, slowest)
  const readings = await Promise.all(
    usable.map(async (one) => {
      const state = learned.get(one.metric.name)?.state ?? nothingRead
      const until = { points: most + 1, signal: one.signal }
      const attempt = await attempted(() => readMetric(one.client, one.queries, state, slicing, until))
      return { one, state, attempt }
    }),
  )
  const settled = limit ?? (await latestOf(usable, serverTimes, request, clock, problems))
  const slices = Math.min(most, settledSlices(slicing, settled, slowest))
  const read = new Map<string, MetricState>()
  for (const { one, state, attempt } of readings) {
    if (attempt.ok) read.set(one.metric.name, withReading(state, attempt.value, slicing, slices + 1))
    else problems.push(failed(one, attempt.error))
  }
  const metrics = new Map([...(before?.metrics ?? []), ...read])
  return { state: { slicing, metrics }, slices, read, problems: inOrder(problems, asked) }
}

/** As the policy has its metrics, whichever answer came first; what concerns them all comes last. */
function inOrder(problems: readonly SourceProblem[], asked: readonly Asked[]): readonly SourceProblem[] {
  const places = new Map(asked.map(({ metric }, place) => [metric.name, place]))
  const placeOf = ({ metric }: SourceProblem): number => places.get(metric ?? '') ?? asked.length
  return problems.toSorted((a, b) => placeOf(a) - placeOf(b))
}

interface Learned {
  readonly state: MetricState
  readonly interval?: ScrapeInterval
}

async function learn(one: Asked, request: FetchRequest, known: MetricState | undefined): Promise<Learned> {
  if (known?.interval !== undefined) {
    return { state: known, interval: { seconds: known.interval, sure: true } }
  }
  const { queries, client, signal, metric } = one
  if (queries.kind === 'gauge') return { state: known ?? nothingRead }
  const now = request.until / 1000
  if (queries.kind !== 'latency' || metric.kind !== 'latency') {
    const interval =
      queries.kind === 'latency' ? undefined : await scrapeInterval(client, queries.scraped, now, signal)
    return learnedOf(known, interval, known?.histogram)
  }
  const histogram = known?.histogram ?? (await learnBounds(one, metric, queries, request))
  const scraped = histogram?.native === true ? queries.scrapedNative : queries.scraped
  return learnedOf(known, await scrapeInterval(client, scraped, now, signal), histogram)
}

function learnedOf(
  known: MetricState | undefined,
  interval: ScrapeInterval | undefined,
  histogram: MetricState['histogram'],
): Learned {
  return {
    state: {
      ...(known ?? nothingRead),
      ...(interval?.sure === true && { interval: interval.seconds }),
      ...(histogram !== undefined && { histogram }),
    },
    ...(interval !== undefined && { interval }),
  }
}

function learnBounds(
  { client, signal }: Asked,
  metric: LatencyPolicy,
  queries: LatencyQueries,
  { policy, run, until }: FetchRequest,
): ReturnType<typeof learnHistogram> {
  const moment = { start: run.start / 1000, historySeconds: historyOf(policy), now: until / 1000 }
  return learnHistogram(client, metric, queries, moment, signal)
}

function historyOf({ historySeconds }: Policy): number {
  return Math.max(historySeconds, 60)
}

/** Refuses what is scraped less than once a slice, and warns below twice. */
function accept(
  { metric }: Asked,
  learned: Learned | undefined,
  { sliceSeconds }: Slicing,
  problems: SourceProblem[],
): boolean {
  if (learned === undefined) return false
  const { interval } = learned
  if (interval === undefined || !interval.sure || 2 * interval.seconds <= sliceSeconds) return true
  const refused = interval.seconds > sliceSeconds
  const text = `${metric.name}: scraped every ${rounded(interval.seconds)} s, the slice is ${sliceSeconds} s`
  const advice = refused ? 'set a slice of at least' : 'better is a slice of'
  problems.push({
    code: 'coarse-scrape',
    metric: metric.name,
    text: `${text}; ${advice} ${Math.ceil((refused ? 1 : 2) * interval.seconds)} s`,
  })
  return !refused
}

function failed({ metric }: Asked, error: SourceError): SourceProblem {
  return { code: error.kind, metric: metric.name, text: `${metric.name}: ${error.message}` }
}
