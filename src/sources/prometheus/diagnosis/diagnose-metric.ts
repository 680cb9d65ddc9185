import type { Finding, MetricDiagnosis } from '../../../judge/ports/diagnosis.ts'
import type { Arm } from '../../../engine/model/recording.ts'
import type { Arms } from '../arms/arms.ts'
import { settle } from '../client/settle.ts'
import { readBound } from '../histograms/bucket-bounds.ts'
import { countProblems } from '../counting/count-problems.ts'
import { type Counts, emptyCounts } from '../counting/counts.ts'
import { extendCounts } from '../counting/extend-counts.ts'
import { learnHistogram } from '../discovery/learn-histogram.ts'
import type { HistogramState } from '../fetching/run-state.ts'
import { scrapeInterval } from '../discovery/scrape-interval.ts'
import type { SourceError } from '../client/source-error.ts'
import { checkCounter } from './check-series.ts'
import { checkHistogram } from './check-histogram.ts'
import { checkPlaces, checkReplicas } from './check-series.ts'
import { checkHistory, checkInterval, checkLatest, sliceSecondsOf } from './check-times.ts'
import {
  explainBuckets,
  explainMissing,
  type Holdings,
  holdingsOf,
  matchersTwice,
  wordFor,
} from './explain-missing.ts'
import { seriesInPlace } from './missing-arm.ts'
import { missingPart } from './missing-part.ts'
import { isRequired, missing, type PreparedMetric, writtenSelectors } from './prepared-metric.ts'
import { type Probe, probeQueries } from './probe-queries.ts'
import { seenLabels } from './words.ts'

const MANY_SERIES = 10_000
/** Targets of one pod are compared each with each. */
const MANY_OF_ONE_POD = 400

/** Asks what a look would ask of one metric, then for the causes of what is missing. */
export async function diagnoseMetric(one: PreparedMetric): Promise<MetricDiagnosis> {
  const { metric, source } = one
  const head = { name: metric.name, kind: metric.kind, required: isRequired(metric), source }
  const twice = matchersTwice(one, writtenSelectors(one))
  const known = twice === undefined ? [] : [twice]
  const probed = await settle(() => probe(one))
  if (!probed.ok) {
    return { ...head, queries: [], labels: [], findings: [...known, failed(one, probed.error)] }
  }
  const { probes, interval, histogram, window } = probed.value
  const queries = probes.map(({ of, query, arms }) => ({ of, query, arms }))
  const explained = await settle(() => explain(one, probes))
  const { findings, labels } = explained.ok
    ? explained.value
    : { findings: [failed(one, explained.error)], labels: [] }
  const checked = await settle(() => checks(one, probes, interval, window))
  return {
    ...head,
    queries,
    labels,
    findings: [
      ...known,
      ...findings,
      ...(checked.ok ? checked.value : [failed(one, checked.error)]),
      ...countingProblems(one, probes, histogram, window),
    ],
  }
}

type Window = Parameters<typeof probeQueries>[2]

async function probe(one: PreparedMetric): Promise<{
  readonly probes: readonly Probe[]
  readonly interval: number | undefined
  readonly histogram: HistogramState | undefined
  readonly window: Window
}> {
  const { metric, queries, client, span, signal, policy } = one
  const histogram =
    metric.kind === 'latency' && queries.kind === 'latency'
      ? await learnHistogram(
          client,
          metric,
          queries,
          { start: span.end, historySeconds: Math.max(policy.historySeconds, 60), now: span.end },
          signal,
        )
      : undefined
  const interval = await intervalOf(one, histogram)
  const stepSeconds = sliceSecondsOf(one, interval)
  const start = Math.floor(span.start / stepSeconds) * stepSeconds
  const window = { start, end: Math.floor(span.end / stepSeconds) * stepSeconds, stepSeconds }
  return { probes: await probeQueries(one, histogram, window), interval, histogram, window }
}

async function intervalOf(
  { queries, client, span, signal }: PreparedMetric,
  histogram: HistogramState | undefined,
): Promise<number | undefined> {
  if ('query' in queries) return undefined
  const scraped =
    queries.kind === 'latency' && histogram?.native === true ? queries.scrapedNative : queries.scraped
  return (await scrapeInterval(client, scraped, span.end, signal))?.seconds
}

/** What is there, what is not, and why. */
async function explain(
  one: PreparedMetric,
  [whole, part]: readonly Probe[],
): Promise<Pick<MetricDiagnosis, 'findings' | 'labels'>> {
  const [selector, partSelector] = writtenSelectors(one)
  if (whole === undefined || selector === undefined) return { findings: [], labels: [] }
  const gone = armsWithout(whole)
  const held = await settle(() => holdingsOf(one, selector))
  if (!held.ok) {
    // one arm has data: what else there is only helps to explain
    const findings = gone.map((arm) =>
      missing(
        one,
        `no-${arm}-series`,
        `no series for ${wordFor(arm)}; the cause was not found: ${held.error.message}`,
      ),
    )
    return { findings, labels: [] }
  }
  const holdings: Holdings = held.value
  const same = overlap(one, whole)
  const findings = [
    // where both arms are the same series, neither is missing for a reason of its own
    ...(same.length > 0 ? same : await explainMissing(one, holdings, gone)),
    ...(isUnreadable(one, whole) ? await explainBuckets(one, selector) : []),
    ...tooMany(whole),
    ...checkReplicas(seriesInPlace(holdings.all, one.arms)),
    ...checkPlaces(seriesInPlace(holdings.all, one.arms), one),
  ]
  const labels = seenLabels(holdings.all)
  if (part === undefined || partSelector === undefined || gone.length === 2) return { findings, labels }
  const without = { of: part.of, selector: partSelector, arms: armsWithout(part), whole: holdings }
  return { findings: [...findings, ...(await missingPart(one, without))], labels }
}

function armsWithout({ arms }: Probe): readonly Arm[] {
  return (['canary', 'stable'] as const).filter((arm) => arms[arm].series === 0)
}

/** Buckets without the one that counts all requests; native ones were given it. */
function isUnreadable({ queries }: PreparedMetric, { result }: Probe): boolean {
  if (queries.kind !== 'latency' || result.length === 0) return false
  return !result.some(({ labels }) => readBound(labels['le']) === Infinity)
}

function tooMany({ result, query }: Probe): readonly Finding[] {
  if (result.length <= MANY_SERIES) return []
  const text = `${result.length} series in one query: slow at every look; let the selector leave some out (${query.slice(0, 60)}…)`
  return [{ level: 'warning', code: 'too-many-series', text }]
}

function overlap(one: PreparedMetric, { result }: Probe): readonly Finding[] {
  const both = result.filter(({ labels }) => one.answerArms.isAmbiguous(labels)).length
  if (both === 0) return []
  const text = `${both} series fit both arms, so canary would be compared with itself: expected revisions, versions or services that differ`
  return [missing(one, 'arms-overlap', text)]
}

async function checks(
  one: PreparedMetric,
  [whole]: readonly Probe[],
  interval: number | undefined,
  window: Window,
): Promise<readonly Finding[]> {
  const [selector] = writtenSelectors(one)
  const { metric, queries } = one
  if (whole === undefined || selector === undefined || 'query' in queries) return []
  if (whole.arms.stable.series === 0) return checkInterval(one, interval)
  const isNative = queries.kind === 'latency' && whole.query === queries.native
  const [history, bounds] = await Promise.all([
    checkHistory(one, selector, { isNative }),
    metric.kind === 'latency' && queries.kind === 'latency' ? checkHistogram(one, metric, queries) : [],
  ])
  return [
    ...checkCounter(one, whole),
    ...checkInterval(one, interval),
    ...checkLatest(one, whole.result, window),
    ...bounds,
    ...history,
  ]
}

/** What counting the window would tell of: targets scraped twice. Restarts and gaps are no fault of a policy. */
function countingProblems(
  one: PreparedMetric,
  [whole, part]: readonly Probe[],
  histogram: HistogramState | undefined,
  { start, end, stepSeconds }: Window,
): readonly Finding[] {
  const { metric, queries, arms } = one
  if (whole === undefined || 'query' in queries || isCrowded(whole, arms)) return []
  const slices = Math.max(Math.round((end - start) / stepSeconds), 0)
  const slicing = { sliceSeconds: stepSeconds, start, rolloutStart: 0 }
  const empty = emptyCounts(queries.kind === 'latency' ? 'buckets' : 'events', histogram?.bounds)
  const reading = { total: whole.result, part: part?.result ?? [] }
  const counts = extendCounts(empty, reading, { arms, slicing, points: slices + 1 })
  return countProblems(counts, slices, metric.name).flatMap(({ code, text }): readonly Finding[] => {
    const plain = text.replace(`${metric.name}: `, '')
    if (code === 'source-invalid' && hasUncountedArm(counts)) return [missing(one, code, plain)]
    return code === 'duplicate-target' || code === 'source-invalid'
      ? [{ level: 'warning', code, text: plain }]
      : []
  })
}

function hasUncountedArm({ targets, walks }: Counts): boolean {
  const counted = new Set(targets.flatMap(({ arm }, i) => ((walks[i]?.samples ?? 0) > 0 ? [arm] : [])))
  return targets.some(({ arm }) => !counted.has(arm))
}

function isCrowded({ result }: Probe, { podLabel = 'instance' }: Arms): boolean {
  const places = Map.groupBy(result, ({ labels }) => labels[podLabel] ?? '')
  return result.length > MANY_SERIES || [...places.values()].some((series) => series.length > MANY_OF_ONE_POD)
}

function failed(one: PreparedMetric, error: SourceError): Finding {
  const advice =
    error.kind === 'source-too-large' ? '; let the selector leave series out, or shorten the history' : ''
  return missing(one, error.kind, `${error.message}${advice}`)
}
