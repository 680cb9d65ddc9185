import type { Arms } from '../arms/arms.ts'
import { ascending, readBound } from '../histograms/bucket-bounds.ts'
import type { Series } from '../client/query-result.ts'
import type { Slicing } from '../../recording/slicing.ts'
import { ABSENT } from '../../recording/absent.ts'
import { type Counts, type Target, widthOf } from './counts.ts'
import { knownTargets } from './known-targets.ts'

/** The series of one group that a look read. */
export interface Reading {
  readonly total: readonly Series[]
  /** Of events alone: those that are bad or good. */
  readonly part: readonly Series[]
}

export interface Placed {
  readonly targets: readonly Target[]
  readonly index: ReadonlyMap<string, number>
  readonly bounds: readonly number[] | undefined
  readonly cursors: readonly Cursor[]
}

/** A series and the position of its next sample. */
export interface Cursor {
  /** The position of its numbers among those of all targets. */
  readonly slot: number
  readonly series: Series
  next: number
}

/** Finds the slot of each series. Series of neither arm and of other bounds have none. */
export function placeSeries(counts: Counts, reading: Reading, arms: Arms, slicing: Slicing): Placed {
  const known = knownTargets(counts, arms)
  const buckets = counts.kind === 'buckets'
  const { bounds, from } = buckets ? boundsOf(counts, reading, arms, slicing) : anywhere
  if (buckets && bounds === undefined)
    return { targets: known.targets, index: known.index, bounds, cursors: [] }
  const width = widthOf({ kind: counts.kind, bounds })
  const offsets = new Map([[Infinity, 0], ...(bounds ?? []).map((bound, i) => [bound, i + 1] as const)])
  const cursors: Cursor[] = []
  const place = (series: Series, offset: number | undefined): void => {
    const target = offset === undefined ? undefined : known.numberOf(series.labels)
    if (target === undefined || offset === undefined) return
    const next = from === 0 ? 0 : series.times.findIndex((time) => boundaryOf(time, slicing) >= from)
    if (next >= 0) cursors.push({ slot: target * width + offset, series, next })
  }
  for (const series of reading.total) {
    const bound = buckets ? readBound(series.labels['le']) : Infinity
    if (bound !== undefined) place(series, offsets.get(bound))
  }
  for (const series of reading.part) place(series, 1)
  return { targets: known.targets, index: known.index, bounds, cursors }
}

interface Bounds {
  readonly bounds: readonly number[] | undefined
  /** The first boundary that is read. */
  readonly from: number
}

const anywhere: Bounds = { bounds: undefined, from: 0 }

/** The bounds, where none are asked for: those at the first boundary that has any. Later series do not change them. */
function boundsOf({ bounds, points }: Counts, { total }: Reading, arms: Arms, slicing: Slicing): Bounds {
  if (bounds !== undefined) return { bounds, from: 0 }
  let from = Infinity
  let found = new Set<number>()
  for (const { labels, times } of total) {
    const bound = readBound(labels['le'])
    if (bound === undefined || bound <= 0 || bound === Infinity) continue
    const at = times.map((time) => boundaryOf(time, slicing)).find((boundary) => boundary >= points)
    if (at === undefined || at > from || arms.armOf(labels) === undefined) continue
    if (at < from) found = new Set()
    from = at
    found.add(bound)
  }
  return found.size === 0 ? anywhere : { bounds: ascending(found), from }
}

/** Reads the values of all series at one boundary. Boundaries must be read in ascending order. */
export function readBoundary(
  cursors: readonly Cursor[],
  at: number,
  slicing: Slicing,
  values: Float64Array,
): void {
  values.fill(ABSENT)
  for (const cursor of cursors) {
    const { times, values: own } = cursor.series
    for (; cursor.next < times.length; cursor.next++) {
      const boundary = boundaryOf(times[cursor.next] ?? Number.NaN, slicing)
      if (boundary > at) break
      if (boundary < at) continue
      const value = own[cursor.next] ?? ABSENT
      const other = values[cursor.slot] ?? ABSENT
      // "1" and "1.0" are the same bound, written by two versions of a client library
      values[cursor.slot] = other === ABSENT ? value : Math.max(other, value)
    }
  }
}

function boundaryOf(time: number, { start, sliceSeconds }: Slicing): number {
  return Math.round((time - start) / sliceSeconds)
}
