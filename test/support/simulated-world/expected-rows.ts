import type { Sample } from '../../../src/engine/model/recording.ts'
import { numberAt } from '../simulated-prometheus/simulated-series.ts'
import type { Sights } from './counter.ts'
import type { Target } from './export-requests.ts'
import type { Timeline } from './timeline.ts'

const lookbackMs = 300_000

/**
 * What an observer who knows the truth can learn about a target at the end of each slice: how much the count has grown
 * since the last slice end at which the target was seen. There is no value where the target is not seen, or after more
 * than five minutes without a sample. The rows begin with the recording, not with the timeline.
 */
export function growthOf(
  { scrapes, staleMarkers }: Target,
  { seenBy, counted }: { readonly seenBy: readonly Sights[]; readonly counted: readonly Sights[] },
  timeline: Timeline,
): readonly Sample[] {
  const isSeen = (scrape: number): boolean => seenBy.some(({ shown }) => shown[scrape] !== undefined)
  const sumAt = (scrape: number): number =>
    counted.reduce((sum, one) => sum + numberAt(one.counted, scrape), 0)
  const row: Sample[] = []
  let before: number | undefined
  for (const scrape of lastScrapes(scrapes.times, timeline, staleMarkers, isSeen)) {
    if (scrape === undefined) {
      row.push(null)
      continue
    }
    const gap = before === undefined ? 0 : numberAt(scrapes.times, scrape) - numberAt(scrapes.times, before)
    const grown = sumAt(scrape) - (before === undefined ? 0 : sumAt(before))
    row.push(gap > lookbackMs ? null : grown)
    before = scrape
  }
  return row.slice(timeline.lead)
}

/** The last value of a gauge in each slice of the recording. */
export function levelsOf(
  { scrapes, staleMarkers }: Target,
  shown: readonly (number | undefined)[],
  timeline: Timeline,
): readonly Sample[] {
  const isSeen = (scrape: number): boolean => shown[scrape] !== undefined
  const last = lastScrapes(scrapes.times, timeline, staleMarkers, isSeen)
  return last.map((scrape) => (scrape === undefined ? null : (shown[scrape] ?? null))).slice(timeline.lead)
}

/** Null only when all rows are null. */
export function sumRows(rows: readonly (readonly Sample[])[], slices: number): readonly Sample[] {
  return Array.from({ length: slices }, (_, slice) => {
    const present = rows.map((row) => row[slice] ?? null).filter((count) => count !== null)
    return present.length === 0 ? null : present.reduce((sum, count) => sum + count, 0)
  })
}

/** For each slice, the scrape whose sample is valid at its end. */
function lastScrapes(
  times: readonly number[],
  { start, sliceMs, slices }: Timeline,
  staleMarkers: boolean,
  isSeen: (scrape: number) => boolean,
): readonly (number | undefined)[] {
  let next = 0
  let seen: number | undefined
  return Array.from({ length: slices }, (_, slice) => {
    const end = start + (slice + 1) * sliceMs
    for (; next < times.length && numberAt(times, next) <= end; next++) {
      if (isSeen(next)) seen = next
      else if (staleMarkers) seen = undefined
    }
    return seen !== undefined && end - numberAt(times, seen) <= lookbackMs ? seen : undefined
  })
}
