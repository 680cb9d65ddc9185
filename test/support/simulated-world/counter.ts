import type { Sample } from '../../../src/engine/model/recording.ts'
import { numberAt, type Labels, type SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'
import type { Scrapes } from './timeline.ts'

/** What a process counts in each slice of the timeline; null while it does not run. */
export interface Counter {
  readonly counts: readonly Sample[]
  /** The count from before the timeline, if the process ran then. */
  readonly base: number
  /** The slices at whose start the process restarts, with its counter at 0. */
  readonly restarts: ReadonlySet<number>
  /** When the series exists: always, from its first event on, or from the first event after each start. */
  readonly atZero: 'shown' | 'hidden-once' | 'hidden'
}

/** The values that each scrape sees. */
export interface Sights {
  /** The value of the counter; undefined where the series does not exist. */
  readonly shown: readonly (number | undefined)[]
  /** The whole count since the timeline began, which restarts do not reset. */
  readonly counted: readonly number[]
}

export function sightsOf({ counts, base, restarts, atZero }: Counter, scrapes: Scrapes): Sights {
  const starts = new Map<number, { readonly shown: number; readonly counted: number }>()
  let shown = base
  let counted = 0
  for (const [slice, count] of counts.entries()) {
    const begins = slice > 0 && count !== null && counts[slice - 1] === null
    if (begins || restarts.has(slice)) shown = 0
    starts.set(slice, { shown, counted })
    shown += count ?? 0
    counted += count ?? 0
  }
  const sights: { shown: (number | undefined)[]; counted: number[] } = { shown: [], counted: [] }
  for (const [scrape, slice] of scrapes.slices.entries()) {
    const from = starts.get(slice) ?? { shown: 0, counted: 0 }
    const count = counts[slice] ?? null
    const so = Math.floor((count ?? 0) * numberAt(scrapes.shares, scrape))
    const value = from.shown + so
    const hidden =
      (atZero === 'hidden' && value === 0) || (atZero === 'hidden-once' && base + from.counted + so === 0)
    sights.shown.push(count === null || hidden ? undefined : value)
    sights.counted.push(from.counted + so)
  }
  return sights
}

/** The series of the scraped values. It gets a stale marker where a scrape no longer sees the counter. */
export function scrapedSeries(
  labels: Labels,
  seen: readonly (number | undefined)[],
  scrapes: Scrapes,
  staleMarkers: boolean,
): SimulatedSeries {
  const times: number[] = []
  const values: number[] = []
  const staleAt: number[] = []
  for (const [scrape, value] of seen.entries()) {
    const at = numberAt(scrapes.times, scrape)
    if (value !== undefined) {
      times.push(at)
      values.push(value)
    } else if (scrape > 0 && seen[scrape - 1] !== undefined && staleMarkers) {
      staleAt.push(at)
    }
  }
  return { labels, times, values, ...(staleAt.length === 0 ? {} : { staleAt }) }
}
