import { ABSENT, finite } from '../../recording/absent.ts'
import type { Counts, Oddity } from './counts.ts'
import { duplicateTargets } from './duplicate-targets.ts'
import { type Boundary, type Outcome, type CounterState, walkTarget } from './walk-target.ts'

/** A copy of counts that is being extended. */
export interface Work extends Pick<
  Counts,
  'kind' | 'targets' | 'rows' | 'shared' | 'walks' | 'lasts' | 'edges'
> {
  readonly width: number
  /** For each target, the values at the current boundary and the counts up to it. */
  readonly values: Float64Array
  readonly counts: Float64Array
  readonly oddities: Oddity[]
  seenFor: number
  busiest: number
}

const MOST_ODDITIES = 10_000
const bitOf = { reset: 1, gap: 2, jump: 4, duplicate: 8 } as const

/** Counts up to the next boundary. `column` gets the counts of each row in the slice that ends there. */
export function countBoundary(
  work: Work,
  at: number,
  sliceSeconds: number,
  column: Float64Array | undefined,
): void {
  if (work.kind === 'levels') {
    column?.set(work.values)
    return
  }
  const born = walkAll(work, at, sliceSeconds)
  if (column === undefined) return
  for (const target of born) {
    if (plausibleBirth(finite(work.counts[target * work.width]), work.busiest)) continue
    clear(work, target)
    tell(work, 'jump', target, at - 1)
  }
  work.walks.forEach((walk, target) => {
    if (work.counts[target * work.width] !== ABSENT) walk.samples += 1
  })
  for (const members of work.shared) {
    for (const target of duplicateTargets(members, work)) {
      clear(work, target)
      tell(work, 'duplicate', target, at - 1)
    }
  }
  addRows(work, column)
}

/** The targets that appeared at this boundary. */
function walkAll(work: Work, at: number, sliceSeconds: number): readonly number[] {
  const { width, walks, values, lasts, counts } = work
  const seenBefore = work.seenFor > 1
  const boundary: Boundary = { at, seenBefore, sliceSeconds, values, lasts, counts }
  const born: number[] = []
  counts.fill(ABSENT)
  let seen = false
  let sum = 0
  walks.forEach((walk, target) => {
    const first = target * width
    const added = work.kind === 'events' ? joinParts(walk, first, work) : lackBuckets(walk, first, work, at)
    seen ||= values[first] !== ABSENT
    let outcome: Outcome = walkTarget(walk, first, width, boundary)
    if (added && outcome === undefined) outcome = 'born'
    if (outcome === 'born') born.push(target)
    else {
      sum += finite(counts[first])
      if (outcome !== undefined) tell(work, outcome, target, at - 1)
    }
  })
  work.seenFor = seenFor(seen, at, work)
  work.busiest = Math.max(work.busiest, sum)
  return born
}

/** At how many boundaries in a row there were samples. Series at the first boundary are taken to be older. */
function seenFor(seen: boolean, at: number, before: Pick<Work, 'seenFor'>): number {
  if (!seen) return 0
  return at === 0 ? 2 : Math.min(before.seenFor + 1, 2)
}

/** Counts the events of a target without requests by themselves. True when its total came after its part. */
function joinParts(walk: CounterState, first: number, { values, lasts }: Work): boolean {
  if (walk.whole) return false
  const hasTotal = values[first] !== ABSENT
  if (!hasTotal) {
    values[first] = values[first + 1] ?? ABSENT
    values[first + 1] = ABSENT
    return false
  }
  walk.whole = true
  if (walk.lastAt < 0) return false
  // its total did not exist yet
  lasts[first + 1] = lasts[first] ?? 0
  lasts[first] = 0
  return true
}

/** A target counts from the first boundary at which it has all its buckets. */
function lackBuckets(walk: CounterState, first: number, { values, width }: Work, at: number): boolean {
  if (walk.completeAt >= 0 || values[first] === ABSENT) return false
  for (let i = first + 1; i < first + width; i++) {
    if (values[i] !== ABSENT) continue
    if (walk.lackedAt < 0) walk.lackedAt = at
    walk.known = true
    values[first] = ABSENT
    return false
  }
  walk.completeAt = at
  return false
}

/** Whether a target can be new. One that served much more than all targets do in a slice is old and newly scraped. */
function plausibleBirth(first: number, busiest: number): boolean {
  return busiest <= 0 || first <= 3 * busiest + 100
}

function clear({ counts, width }: Work, target: number): void {
  counts.fill(ABSENT, target * width, (target + 1) * width)
}

function tell({ walks, oddities }: Work, code: Oddity['code'], target: number, slice: number): void {
  const walk = walks[target]
  if (walk === undefined) return
  // each reset is kept, because restarts of pods are a metric
  if ((walk.told & bitOf[code]) !== 0 && (code !== 'reset' || oddities.length >= MOST_ODDITIES)) return
  walk.told |= bitOf[code]
  oddities.push({ code, target, slice })
}

/** Adds up the targets of each row. A sum is null only where all its samples are. Of buckets it counts the slower requests. */
function addRows({ kind, width, rows, walks, counts }: Work, column: Float64Array): void {
  rows.forEach(({ members }, row) => {
    const to = row * width
    for (const target of members) {
      const from = target * width
      if (counts[from] === ABSENT) continue
      // events of a target without requests
      const alone = kind === 'events' && walks[target]?.whole === false
      add(column, to, alone ? 0 : (counts[from] ?? 0))
      for (let i = 1; i < width; i++) add(column, to + i, counts[alone ? from : from + i] ?? ABSENT)
    }
    if (kind === 'buckets') turnAround(column, to, width)
  })
}

function add(column: Float64Array, at: number, value: number): void {
  if (value === ABSENT) return
  const sum = column[at] ?? ABSENT
  column[at] = sum === ABSENT ? value : sum + value
}

/** Turns counts up to a bound into counts above it. Native buckets may be rounded, so a negative result becomes 0. */
function turnAround(column: Float64Array, first: number, width: number): void {
  const total = column[first] ?? ABSENT
  if (total === ABSENT) return
  for (let i = first + 1; i < first + width; i++) {
    const below = column[i] ?? ABSENT
    if (below !== ABSENT) column[i] = Number.isFinite(total) ? Math.max(total - below, 0) : total
  }
}
