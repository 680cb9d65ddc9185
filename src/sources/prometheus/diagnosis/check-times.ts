import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { RangeWindow } from '../client/client.ts'
import type { Series } from '../client/query-result.ts'
import { printSelector, type Selector } from '../queries/selector.ts'
import { rounded } from '../discovery/server-times.ts'
import { histogramName, missing, type PreparedMetric } from './prepared-metric.ts'
import { duration } from './words.ts'

const LEAST_AUTO_SECONDS = 60
const HISTORY_POINTS = 48
const LEAST_SILENCE_SECONDS = 180

export function sliceSecondsOf({ policy }: PreparedMetric, interval: number | undefined): number {
  if (policy.slice !== 'auto') return policy.slice.seconds
  return Math.max(LEAST_AUTO_SECONDS, Math.ceil(2 * (interval ?? 0)))
}

/** A slice needs two scrapes; with less than one it has nothing to compare. */
export function checkInterval(one: PreparedMetric, interval: number | undefined): readonly Finding[] {
  if (interval === undefined) return []
  const slice = sliceSecondsOf(one, interval)
  if (one.policy.slice === 'auto') {
    if (slice <= LEAST_AUTO_SECONDS) return []
    const text = `scraped every ${rounded(interval)} s, so a slice is ${slice} s and verdicts come later`
    return [{ level: 'note', code: 'coarse-scrape', text }]
  }
  if (2 * interval <= slice) return []
  const refused = interval > slice
  const text = `scraped every ${rounded(interval)} s, the slice is ${slice} s: set a slice of at least ${Math.ceil((refused ? 1 : 2) * interval)} s, or auto`
  return [refused ? missing(one, 'coarse-scrape', text) : { level: 'warning', code: 'coarse-scrape', text }]
}

/** Stable is always there: where its samples have ended, something else has than the rollout. */
export function checkLatest(
  { arms }: PreparedMetric,
  series: readonly Series[],
  { end, stepSeconds }: RangeWindow,
): readonly Finding[] {
  const ofStable = series.filter(({ labels }) => arms.armOf(labels) === 'stable')
  const latest = Math.max(...ofStable.map(({ times }) => times.at(-1) ?? -Infinity))
  // one boundary may come before the latest scrape is there
  if (!Number.isFinite(latest) || end - latest <= Math.max(2 * stepSeconds, LEAST_SILENCE_SECONDS)) return []
  const text = `no sample of stable in the last ${duration(end - latest)}: are its pods still scraped?`
  return [{ level: 'warning', code: 'gap', text }]
}

/** How far back stable's series go, against what the policy asks. */
export async function checkHistory(
  one: PreparedMetric,
  selector: Selector,
  { isNative }: { readonly isNative: boolean },
): Promise<readonly Finding[]> {
  const { client, arms, policy, span, signal, metric } = one
  const asked = policy.historySeconds
  const ofHistogram = `${histogramName(selector)}${isNative ? '' : '_count'}`
  const name = metric.kind === 'latency' ? ofHistogram : selector.metric
  const stepSeconds = Math.max(Math.ceil(asked / HISTORY_POINTS), 15)
  const window = { start: span.end - HISTORY_POINTS * stepSeconds, end: span.end, stepSeconds }
  if (asked <= 2 * stepSeconds) return []
  const { series } = await client.range(
    `count(${printSelector(selector, arms.stable, name)})`,
    window,
    signal,
  )
  const first = series[0]?.times[0]
  if (first === undefined || first <= window.start + 2 * stepSeconds) return []
  const text = `the policy asks for ${duration(asked)} of history, stable has ${duration(span.end - first)}: until it is longer, what is usual is known less well`
  return [{ level: 'warning', code: 'short-history', text }]
}
