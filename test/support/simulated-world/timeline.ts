import type { Sample } from '../../../src/engine/model/recording.ts'

/** The slices of a recording and some before it, numbered from the first of these. */
export interface Timeline {
  /** Milliseconds. */
  readonly start: number
  readonly sliceMs: number
  readonly slices: number
  /** How many slices come before the recording. */
  readonly lead: number
}

/** The moments at which one target is scraped, ascending, and which part of the slice has passed by then. */
export interface Scrapes {
  readonly times: readonly number[]
  readonly slices: readonly number[]
  /** In (0, 1]; the last scrape of a slice sees the whole slice. */
  readonly shares: readonly number[]
}

/** Slices in which the server scrapes nothing at all. */
export interface Outage {
  readonly slice: number
  readonly slices: number
}

export function planScrapes(
  { start, sliceMs, slices, lead }: Timeline,
  {
    everyMs,
    offsetMs,
    outages,
  }: { readonly everyMs: number; readonly offsetMs: number; readonly outages: readonly Outage[] },
): Scrapes {
  const plan: { times: number[]; slices: number[]; shares: number[] } = { times: [], slices: [], shares: [] }
  const origin = Math.floor(start / everyMs) * everyMs + offsetMs
  for (let slice = 0; slice < slices; slice++) {
    const begin = start + slice * sliceMs
    const due = (at: number): number => Math.floor((at - origin) / everyMs)
    const first = due(begin) + 1
    const count = due(begin + sliceMs) - first + 1
    const recorded = slice - lead
    if (outages.some((outage) => recorded >= outage.slice && recorded < outage.slice + outage.slices))
      continue
    for (let scrape = 0; scrape < count; scrape++) {
      plan.times.push(origin + (first + scrape) * everyMs)
      plan.slices.push(slice)
      plan.shares.push((scrape + 1) / count)
    }
  }
  return plan
}

/** A recorded row on the timeline. The slices before the recording repeat its first slice. */
export function extended(row: readonly Sample[], { lead }: Timeline): readonly Sample[] {
  const before: Sample[] = Array.from({ length: lead }, () => row[0] ?? null)
  return [...before, ...row]
}
