import type { Arm } from '../../../engine/model/recording.ts'
import type { Chunk, FetchedCounts, FetchedRow } from '../../../judge/ports/ports.ts'
import type { CounterState } from './walk-target.ts'

/** How series become counts: two counters, a histogram's buckets, or levels that are taken as they are. */
export type CountKind = 'events' | 'buckets' | 'levels'

/**
 * All that is kept of what a group gave: the counts of settled slices, pod by pod, and per target what the next slice
 * is differenced against. Never changed, only replaced.
 */
export interface Counts {
  readonly kind: CountKind
  /** Boundaries of slices that were read: one more than there are slices. */
  readonly points: number
  /** Of buckets, in the source's unit, ascending; undefined = not known yet, all that the first of them will have. */
  readonly bounds: readonly number[] | undefined
  readonly targets: readonly Target[]
  readonly index: ReadonlyMap<string, number>
  readonly rows: readonly Row[]
  /** The rows in an order that does not depend on what was found first, so that sums come out the same. */
  readonly ordered: readonly FetchedRow[]
  /** Numbers of targets that may be one endpoint, scraped more than once. */
  readonly shared: readonly (readonly number[])[]
  readonly walks: readonly CounterState[]
  /** Per target its total and its parts at its last boundary with a number. */
  readonly lasts: Float64Array
  /** The same at the last boundary that was read, as it came. */
  readonly edges: Float64Array
  /** At how many of the last boundaries any target gave a sample; more than two are two. */
  readonly seenFor: number
  /** The most that all targets together counted in one slice. */
  readonly busiest: number
  /** Slice by slice, per row its total and its parts. */
  readonly chunks: readonly Chunk[]
  readonly oddities: readonly Oddity[]
  /** Samples came after their slice was read. */
  readonly late: boolean
}

export interface Target {
  readonly key: string
  readonly arm: Arm
  readonly pod: string | undefined
  readonly instance: string
}

/** Targets that are shown as one: of one pod, or of an arm whose pods are not known. */
export interface Row {
  readonly arm: Arm
  readonly pod: string | undefined
  /** Numbers of targets, in the order of their keys: sums come out the same however they were found. */
  readonly members: readonly number[]
}

/** What is worth telling of a target, and from which slice on. */
export interface Oddity {
  readonly code: 'reset' | 'gap' | 'jump' | 'duplicate'
  readonly target: number
  readonly slice: number
}

export function emptyCounts(kind: CountKind, bounds?: readonly number[]): Counts {
  return {
    kind,
    points: 0,
    bounds,
    targets: [],
    index: new Map(),
    rows: [],
    ordered: [],
    shared: [],
    walks: [],
    lasts: new Float64Array(0),
    edges: new Float64Array(0),
    seenFor: 0,
    busiest: 0,
    chunks: [],
    oddities: [],
    late: false,
  }
}

/** Numbers per target and per row: its total and its parts. */
export function widthOf({ kind, bounds }: Pick<Counts, 'kind' | 'bounds'>): number {
  if (kind === 'levels') return 1
  return kind === 'events' ? 2 : 1 + (bounds?.length ?? 0)
}

/** About how much memory they hold. */
export function countsBytes({ targets, lasts, edges, chunks, oddities, bounds }: Counts): number {
  const [first] = targets
  const perTarget = 400 + 2 * (first?.key.length ?? 0)
  const numbers = chunks.reduce((sum, { data }) => sum + data.byteLength + 300, 0)
  const more = 500 + 60 * oddities.length + 16 * (bounds?.length ?? 0)
  return targets.length * perTarget + lasts.byteLength + edges.byteLength + numbers + more
}

/** The counts of the first slices. */
export function fetchedCounts(counts: Counts, slices: number): FetchedCounts {
  return {
    rows: counts.ordered,
    width: widthOf(counts),
    slices: Math.min(slices, Math.max(counts.points - 1, 0)),
    chunks: counts.chunks,
  }
}

/** Where a row has its numbers of bad or good events, or of the requests above these bounds. */
export function partsOf(counts: Counts, bounds = counts.bounds): readonly number[] {
  if (counts.kind === 'events') return [1]
  const offsets = new Map(counts.bounds?.map((bound, i) => [bound, i + 1]))
  // an unknown bound has no number in any row
  return (bounds ?? []).map((bound) => offsets.get(bound) ?? widthOf(counts))
}
