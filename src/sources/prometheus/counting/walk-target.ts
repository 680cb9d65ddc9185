import { ABSENT, finite } from '../../recording/absent.ts'

/** The state of a target that its next count depends on, in addition to the last values of its counters. */
export interface CounterState {
  /** The last boundary with a number; −1 = none. */
  lastAt: number
  /** Its largest count in one slice. */
  largest: number
  /** Whether it was there before its first number, so that its counter did not begin there. */
  known: boolean
  /** Whether its total was seen. Until then only its part is known. */
  whole: boolean
  /** Of buckets: the first boundary at which some were missing, and the first at which all were there; −1 = none. */
  lackedAt: number
  completeAt: number
  /** Slices with a count. */
  samples: number
  /** Its count since the targets of the same place last changed. */
  since: number
  /** Whether it had a count in the slice before. */
  present: boolean
  /** Which oddities of this target have been reported. */
  told: number
}

export type Outcome = 'born' | 'reset' | 'gap' | 'jump' | undefined

/** A boundary of slices, with the values of all counters there and their last values before it. */
export interface Boundary {
  readonly at: number
  /** Targets gave samples at the boundary before, and not there for the first time: one slice sees the last of them. */
  readonly seenBefore: boolean
  readonly sliceSeconds: number
  readonly values: Float64Array
  readonly lasts: Float64Array
  /** What was counted since; ABSENT where nothing is known. */
  readonly counts: Float64Array
}

const LONGEST_GAP_SECONDS = 300

export function newWalk(): CounterState {
  return {
    lastAt: -1,
    largest: 0,
    known: false,
    whole: false,
    lackedAt: -1,
    completeAt: -1,
    samples: 0,
    since: 0,
    present: false,
    told: 0,
  }
}

/**
 * Differences the counters of one target, which stand from `first` on: a drop is a reset, so the new value is the
 * increment; a target that appears while others were there is new, so its first value counts from zero; where all
 * begin, or go on after an outage of all, nothing is new, since it takes an interval until each has been scraped.
 * Where the total has a sample, a missing part is a series that does not exist yet, so 0.
 */
export function walkTarget(walk: CounterState, first: number, width: number, boundary: Boundary): Outcome {
  const { at, values, lasts, counts } = boundary
  const value = values[first] ?? ABSENT
  if (value === ABSENT) return undefined
  if (!Number.isFinite(value)) {
    // the engine reports it
    counts[first] = value
    walk.known = true
    return undefined
  }
  const outcome = outcomeOf(walk, value, lasts[first] ?? 0, boundary)
  if (isCounted(walk, outcome)) count(first, width, boundary, outcome === 'born' || outcome === 'reset')
  if (walk.lastAt >= 0) walk.largest = Math.max(walk.largest, finite(counts[first]))
  walk.lastAt = at
  for (let i = first; i < first + width; i++) lasts[i] = finite(values[i])
  return outcome
}

function outcomeOf(
  walk: CounterState,
  value: number,
  old: number,
  { at, seenBefore, sliceSeconds }: Boundary,
): Outcome {
  if (walk.lastAt < 0) return at > 0 && !walk.known && seenBefore ? 'born' : undefined
  if ((at - walk.lastAt - 1) * sliceSeconds > LONGEST_GAP_SECONDS) return 'gap'
  if (value >= old) return undefined
  return isPartialLoss(old, value, walk.largest) ? 'jump' : 'reset'
}

function isCounted(walk: CounterState, outcome: Outcome): boolean {
  if (outcome === 'gap' || outcome === 'jump') return false
  return walk.lastAt >= 0 || outcome === 'born'
}

/** `anew`: the counters began at zero since they were seen last. */
function count(first: number, width: number, { values, lasts, counts }: Boundary, anew: boolean): void {
  const total = finite(values[first]) - (anew ? 0 : (lasts[first] ?? 0))
  counts[first] = total
  for (let i = first + 1; i < first + width; i++) {
    const value = finite(values[i])
    const old = anew ? 0 : (lasts[i] ?? 0)
    // a part that drops alone has lost a series, and its count cannot be larger than that of the total
    counts[i] = value < old ? Math.min(value, total) : value - old
  }
}

/** Whether a sum dropped because it lost a series. After a restart it would be much smaller. */
function isPartialLoss(old: number, value: number, largest: number): boolean {
  return largest > 0 && value > old / 2 && value > 10 * largest
}
