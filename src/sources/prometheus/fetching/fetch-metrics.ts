import type { MetricRequest } from './metric-request.ts'
import { setTimeout as wait } from 'node:timers/promises'
import type { SourceProblem } from '../../../engine/model/recording.ts'
import type { Clock, FetchRequest } from '../../../judge/ports/ports.ts'
import { type Attempt, settle } from '../client/settle.ts'
import type { Counts } from '../counting/counts.ts'
import type { InTurns } from '../client/turns.ts'
import { extendCounts } from '../counting/extend-counts.ts'
import type { Reading } from '../counting/place-series.ts'
import { countsOf, type SeriesGroup, seriesGroupsOf, unitedHistogram } from './series-groups.ts'
import { histogramOf } from './time-axis.ts'
import { type Learning, type TimeAxis, timeAxisOf } from './time-axis.ts'
import { readSeriesGroup } from './read-series-group.ts'
import type { RunState } from './run-state.ts'
import { latestOf, timesOf } from '../discovery/server-times.ts'
import { mixedSeries } from './mixed-series.ts'
import { failed, inOrder } from './source-problems.ts'
import { type SharedTime, slowestOf } from '../../recording/shared-time.ts'
import { settledSlices, type Slicing, slicingOf } from '../../recording/slicing.ts'

const HEAD_START_MS = 250

export interface FetchedMetrics {
  readonly state: RunState
  readonly slices: number
  /** The counts of each metric that could be read in this look. */
  readonly read: ReadonlyMap<string, Counts>
  readonly problems: readonly SourceProblem[]
}

export interface FetchDeps {
  readonly time: SharedTime
  readonly clock: Clock
  /** For large readings. */
  readonly inTurns: InTurns
  /** The state that earlier looks at the run left. */
  readonly before: RunState | undefined
}

/**
 * Sends all queries at once, and those that depend on an answer as soon as it arrives. Each metric fails alone. A first
 * look guesses the length of a slice, and asks again when the scrape interval shows another length.
 */
export async function fetchMetrics(
  asked: readonly MetricRequest[],
  request: FetchRequest,
  { time, clock, inTurns, before }: FetchDeps,
): Promise<FetchedMetrics> {
  const { policy, run, until } = request
  const problems: SourceProblem[] = []
  const learning = asked.map((one): Learning => {
    const known = before?.learned.get(one.metric.name)
    return { one, known, histogram: histogramOf(one, request, known) }
  })
  const ahead = headStart(learning)
  const serverTimes = timesOf(asked, clock)
  const guess = before?.slicing ?? slicingOf(policy, run, [])
  const slowest = slowestOf(learning.flatMap(({ known }) => known?.interval ?? []))
  const points = settledSlices(guess, until / 1000, slowest) + 1
  const groups = seriesGroupsOf(asked).map((group): Reader => {
    const metrics = learning.filter(({ one }) => group.metrics.includes(one))
    const read = (slicing: Slicing, most: number): Promise<Attempt<GroupRead>> =>
      settle(async () => {
        await ahead
        return readOn(group, metrics, before?.counts.get(group.key), slicing, most)
      })
    return { group, read, first: read(guess, points) }
  })
  const timed = async (usable: readonly MetricRequest[]): Promise<number> =>
    latestOf(usable, serverTimes, request, clock, problems)
  const moment = timeAxisOf(learning, { request, time, before, ahead, timed, problems })
  const [mixed, { slicing, slices, learned }, ...counted] = await Promise.all([
    before?.mixed ?? mixedSeries(asked, until / 1000),
    moment,
    ...groups.map((reader) => countGroup(reader, guess, moment, inTurns)),
  ])
  const counts = new Map(before?.counts)
  const read = new Map<string, Counts>()
  for (const { key, metrics, attempt } of counted) {
    if (attempt.ok && metrics.length > 0) counts.set(key, attempt.value)
    for (const one of metrics) {
      if (attempt.ok) read.set(one.metric.name, attempt.value)
      else problems.push(failed(one, attempt.error))
    }
  }
  return {
    state: { slicing, learned, counts, mixed },
    slices,
    read,
    problems: inOrder([...problems, ...mixed], asked),
  }
}

/** Gives the queries for histograms a head start, because the queries for buckets depend on their answers. */
async function headStart(learning: readonly Learning[]): Promise<void> {
  const histograms = Promise.allSettled(learning.map(({ histogram }) => histogram))
  await Promise.race([histograms, wait(HEAD_START_MS, undefined, { ref: false })])
}

interface GroupRead {
  /** The counts that the reading is added to. */
  readonly counts: Counts
  readonly reading: Reading
}

interface Reader {
  readonly group: SeriesGroup
  readonly first: Promise<Attempt<GroupRead>>
  readonly read: (slicing: Slicing, points: number) => Promise<Attempt<GroupRead>>
}

async function readOn(
  group: SeriesGroup,
  metrics: readonly Learning[],
  known: Counts | undefined,
  slicing: Slicing,
  points: number,
): Promise<GroupRead> {
  const histograms = await Promise.all(metrics.map(({ histogram }) => histogram))
  const histogram = unitedHistogram(histograms.flatMap((one) => one ?? []))
  const counts = countsOf(group, known, histogram)
  const isRefused = metrics.every((one) => (one.known?.interval ?? 0) > slicing.sliceSeconds)
  if (isRefused) return { counts, reading: { total: [], part: [] } }
  return { counts, reading: await readSeriesGroup(group, counts, histogram, slicing, points) }
}

/** Counts a group as soon as its data have arrived, while other groups are still waiting. */
async function countGroup(
  { group, first, read }: Reader,
  guess: Slicing,
  moment: Promise<TimeAxis>,
  inTurns: InTurns,
): Promise<{
  readonly key: string
  readonly metrics: readonly MetricRequest[]
  readonly attempt: Attempt<Counts>
}> {
  const early = await first
  const { slicing, slices, usable } = await moment
  const { key, metrics } = group
  const wanted = metrics.filter((one) => usable.has(one))
  const points = slices + 1
  const fits = guess.sliceSeconds === slicing.sliceSeconds
  const late = fits || wanted.length === 0 ? early : await read(slicing, points)
  const attempt = await settle(async () => {
    if (!late.ok) throw late.error
    const { counts, reading } = late.value
    const count = (): Counts =>
      extendCounts(counts, reading, { arms: metrics[0].answerArms, slicing, points })
    return samplesIn(reading) > LARGE_SAMPLES ? inTurns(count) : count()
  })
  return { key, metrics: wanted, attempt }
}

/** Counting more takes about a millisecond and longer. */
const LARGE_SAMPLES = 5000

function samplesIn({ total, part }: Reading): number {
  return [...total, ...part].reduce((sum, { times }) => sum + times.length, 0)
}
