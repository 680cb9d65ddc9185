import type { Sample } from '../../../src/engine/model/recording.ts'
import type { Labels, SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'
import type { Convention } from './conventions.ts'
import { scrapedSeries, sightsOf, type Counter, type Sights } from './counter.ts'
import { together, type Deeds, type Tally } from './tally.ts'
import type { Scrapes } from './timeline.ts'

/** One process that is scraped. */
export interface Target {
  /** The labels of all its series. */
  readonly labels: Labels
  readonly scrapes: Scrapes
  readonly restarts: ReadonlySet<number>
  readonly staleMarkers: boolean
  /** The requests that it counted before the timeline, if it ran then. */
  readonly base: number
}

/** The series of a target's requests, and what the scrapes saw in them. */
export interface Exported {
  readonly series: readonly SimulatedSeries[]
  readonly total: readonly Sights[]
  readonly bad: readonly Sights[]
  readonly observed: readonly Sights[]
  /** For each bound, the requests that were not slower. */
  readonly within: readonly (readonly Sights[])[]
}

export function exportRequests(
  target: Target,
  convention: Convention,
  { deeds, labels, bounds }: { deeds: Pick<Deeds, 'ok' | 'bad'>; labels: Labels; bounds: readonly number[] },
): Exported {
  const { label, ok, bad } = convention.status
  const statuses = [
    { labels: { ...labels, [label]: ok }, tally: deeds.ok, base: target.base },
    { labels: { ...labels, [label]: bad }, tally: deeds.bad, base: Math.floor(target.base / 200) },
  ]
  const both = { labels, tally: together(deeds), base: statuses.reduce((sum, { base }) => sum + base, 0) }
  const histograms = (convention.latencyByStatus ? statuses : [both]).map((status) =>
    exportHistogram(target, convention, { ...status, bounds }),
  )
  const counted = statuses.map((status) =>
    sightsOf(counterOf(target, status.tally.requests, status.base), target.scrapes),
  )
  const { requests } = convention
  const counters =
    requests === undefined
      ? []
      : statuses.map((status, index) =>
          seriesOf(target, requests, status.labels, counted[index]?.shown ?? []),
        )
  return {
    series: [...counters, ...histograms.flatMap(({ series }) => series)],
    total: counted,
    bad: counted.slice(1),
    observed: histograms.map(({ observed }) => observed),
    within: bounds.map((_, bound) => histograms.flatMap(({ within }) => within[bound] ?? [])),
  }
}

/** A counter of the target that does not count requests. It exists from the start, like every counter without labels. */
export function exportCounter(
  target: Target,
  name: string,
  labels: Labels,
  counts: readonly Sample[],
): { readonly series: SimulatedSeries; readonly sights: Sights } {
  const counter: Counter = { ...counterOf(target, counts, target.base), atZero: 'shown' }
  const sights = sightsOf(counter, target.scrapes)
  return { series: seriesOf(target, name, labels, sights.shown), sights }
}

export function seriesOf(
  { labels: own, scrapes, staleMarkers }: Target,
  name: string,
  labels: Labels,
  seen: readonly (number | undefined)[],
): SimulatedSeries {
  return scrapedSeries({ __name__: name, ...own, ...labels }, seen, scrapes, staleMarkers)
}

interface Histogram {
  readonly labels: Labels
  readonly tally: Tally
  readonly base: number
  readonly bounds: readonly number[]
}

function exportHistogram(target: Target, convention: Convention, { labels, tally, base, bounds }: Histogram) {
  const name = convention.latency
  const observed = sightsOf(counterOf(target, tally.requests, base), target.scrapes)
  const within = bounds.map((_, bound) => {
    const counts = tally.requests.map((count, slice) => count && count - (tally.slower[bound]?.[slice] ?? 0))
    const share = (bound + 1) / (bounds.length + 1)
    const counter: Counter = { ...counterOf(target, counts, Math.floor(base * share)), atZero: 'shown' }
    return sightsOf(counter, target.scrapes)
  })
  // the first observation creates all buckets, the empty ones too
  const shown = (sights: Sights) =>
    sights.shown.map((value, scrape) => (observed.shown[scrape] === undefined ? undefined : value))
  const buckets = bounds.map((bound, index) => {
    const sights = within[index]
    const le = boundText(bound, convention)
    return seriesOf(target, `${name}_bucket`, { ...labels, le }, sights === undefined ? [] : shown(sights))
  })
  const all = seriesOf(target, `${name}_bucket`, { ...labels, le: '+Inf' }, observed.shown)
  const count = seriesOf(target, `${name}_count`, labels, observed.shown)
  return { series: [...buckets, all, count], observed, within }
}

function counterOf({ restarts, staleMarkers }: Target, counts: readonly Sample[], base: number): Counter {
  // without markers, a series that ends with a restart would stay for five minutes beside the series that follow it
  const atZero = staleMarkers ? 'hidden' : 'hidden-once'
  return { counts, base: (counts[0] ?? null) === null ? 0 : base, restarts, atZero }
}

function boundText(bound: number, { milliseconds, floatBounds }: Convention): string {
  const text = String(milliseconds ? Number((bound * 1000).toPrecision(12)) : bound)
  return floatBounds === true && Number.isInteger(bound) ? `${text}.0` : text
}
