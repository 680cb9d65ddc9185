import type { FetchedRow } from '../../../judge/ports/ports.ts'
import type { Arms } from '../arms/arms.ts'
import type { Slicing } from '../../recording/slicing.ts'
import { SourceError } from '../client/source-error.ts'
import { ABSENT } from '../../recording/absent.ts'
import { appendChunk } from './chunks.ts'
import { countBoundary, type Work } from './count-boundary.ts'
import { type Counts, widthOf, type CountKind, type Row, type Target } from './counts.ts'
import { type Placed, placeSeries, type Reading, readBoundary } from './place-series.ts'
import { newWalk } from './walk-target.ts'

/** The limits of a reading. Later samples are ignored. */
export interface Extent {
  readonly arms: Arms
  readonly slicing: Slicing
  readonly points: number
}

/** Numbers that one group may have; 128 MB of them. */
const MOST_NUMBERS = 16_000_000

/**
 * Counts the boundaries from `counts.points` up to `points` and adds them to `counts`. The result does not depend on how
 * a run was cut into looks. The reading contains the last known boundary too. Where its values differ, samples came
 * late, and the first reading stays.
 */
export function extendCounts(counts: Counts, reading: Reading, { arms, slicing, points }: Extent): Counts {
  if (points <= counts.points) return counts
  const placed = placeSeries(counts, reading, arms, slicing)
  const { targets, index, bounds } = placed
  const width = widthOf({ kind: counts.kind, bounds })
  refuseTooMany(targets.length * width * (points - 1))
  const grouping =
    targets === counts.targets
      ? { rows: counts.rows, ordered: counts.ordered, shared: counts.shared }
      : groupTargets(targets, counts.kind)
  const work = workOf(counts, placed, width, grouping)
  const late = counts.points > 0 && cameLate(work, counts, placed, slicing)
  const from = counts.points
  const slices = points - 1 - Math.max(from - 1, 0)
  const columns = new Float64Array(slices * grouping.rows.length * width).fill(ABSENT)
  for (let at = from; at < points; at++) {
    readBoundary(placed.cursors, at, slicing, work.values)
    if (at === points - 1) work.edges.set(work.values)
    const column = at === 0 ? undefined : (at - 1 - Math.max(from - 1, 0)) * grouping.rows.length * width
    countBoundary(work, at, slicing.sliceSeconds, column === undefined ? undefined : columns.subarray(column))
  }
  return {
    kind: counts.kind,
    points,
    bounds,
    targets,
    index,
    ...grouping,
    walks: work.walks,
    lasts: work.lasts,
    edges: work.edges,
    seenFor: work.seenFor,
    busiest: work.busiest,
    chunks: appendChunk(counts.chunks, slices, grouping.rows.length, columns),
    oddities: work.oddities,
    late: counts.late || late,
  }
}

function workOf(
  counts: Counts,
  { targets }: Placed,
  width: number,
  grouping: Pick<Counts, 'rows' | 'shared'>,
): Work {
  const size = targets.length * width
  const grown = (numbers: Float64Array, fill: number): Float64Array => {
    const copy = new Float64Array(size).fill(fill, numbers.length)
    copy.set(numbers)
    return copy
  }
  const known = counts.walks.map((walk) => ({ ...walk }))
  return {
    kind: counts.kind,
    width,
    targets,
    ...grouping,
    walks: [...known, ...targets.slice(known.length).map(newWalk)],
    lasts: grown(counts.lasts, 0),
    edges: grown(counts.edges, ABSENT),
    values: new Float64Array(size),
    counts: new Float64Array(size),
    seenFor: counts.seenFor,
    busiest: counts.busiest,
    oddities: [...counts.oddities],
  }
}

/** Whether values at the last known boundary have changed. A sample that is missing now is not late. */
function cameLate(
  { values, edges }: Work,
  { points }: Counts,
  { cursors }: Placed,
  slicing: Slicing,
): boolean {
  readBoundary(cursors, points - 1, slicing, values)
  return values.some((value, i) => value !== ABSENT && !Object.is(value, edges[i]))
}

function refuseTooMany(numbers: number): void {
  if (numbers <= MOST_NUMBERS) return
  const text = `${numbers} numbers to count in one look; let the selector leave series out, or shorten the history`
  throw new SourceError('source-too-large', text)
}

/** Groups targets into rows, and finds targets that may be one endpoint which is scraped more than once. */
export function groupTargets(
  targets: readonly Target[],
  kind: CountKind,
): Pick<Counts, 'rows' | 'ordered' | 'shared'> {
  // levels are not added up, so each stands for itself
  if (kind === 'levels') {
    const rows = targets.map(({ arm, pod }, i) => ({ arm, pod, members: [i] }))
    return { rows, ordered: inOrder(rows, targets), shared: [] }
  }
  const rows = new Map<string, Row & { readonly members: number[] }>()
  const places = new Map<string, number[]>()
  targets.forEach(({ arm, pod, instance }, i) => {
    const row = rows.get(`${arm} ${pod ?? ''}`)
    if (row === undefined) rows.set(`${arm} ${pod ?? ''}`, { arm, pod, members: [i] })
    else row.members.push(i)
    const place = `${arm} ${pod ?? instance}`
    const there = places.get(place)
    if (there === undefined) places.set(place, [i])
    else there.push(i)
  })
  const key = (target: number): string => targets[target]?.key ?? ''
  for (const { members } of rows.values()) members.sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const grouped = [...rows.values()]
  return {
    rows: grouped,
    ordered: inOrder(grouped, targets),
    shared: [...places.values()].filter(({ length }) => length > 1),
  }
}

function inOrder(rows: readonly Row[], targets: readonly Target[]): readonly FetchedRow[] {
  const named = rows.map(({ arm, pod, members }, place) => {
    return { arm, pod, place, name: `${arm} ${pod ?? ''} ${targets[members[0] ?? -1]?.key ?? ''}` }
  })
  return named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ arm, pod, place }) => ({ arm, pod, place }))
}
