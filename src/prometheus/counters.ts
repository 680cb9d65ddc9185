import type { Sample } from '../analysis/recording.ts'

/**
 * One scraped endpoint's counters of one metric at the boundaries of the slices; `null` = no sample.
 * Where `total` has a sample, a missing part is a series that does not exist yet, so 0.
 */
export interface TargetCounters {
  readonly key: string
  readonly total: readonly Sample[]
  readonly parts: readonly (readonly Sample[])[]
}

/** What was counted in each slice: one value less than there are boundaries. */
export interface TargetCounts {
  readonly key: string
  readonly total: readonly Sample[]
  readonly parts: readonly (readonly Sample[])[]
}

export interface Counted {
  readonly targets: readonly TargetCounts[]
  /** Keys of targets whose counters began anew. */
  readonly resets: readonly string[]
  /** Keys of targets that were away for so long that what they counted meanwhile is left out. */
  readonly gaps: readonly string[]
  /** Keys of targets whose counters jumped in a way that no traffic explains; the jump is left out. */
  readonly jumps: readonly string[]
}

const LONGEST_GAP_SECONDS = 300

/**
 * Differences counters per target: a drop is a reset, so the new value is the increment; a target that appears
 * while others were there is new, so its first value counts from zero; after an outage of all nothing is new.
 */
export function countTargets(targets: readonly TargetCounters[], sliceSeconds: number): Counted {
  const seen = presence(targets)
  const walks = targets.map((target) => walk(target, seen, sliceSeconds))
  const busiest = runningMax(walks)
  const jumps = targets.flatMap(({ key }, i) => {
    const { born, result } = walks[i] ?? { born: undefined, result: undefined }
    if (born === undefined || result === undefined) return []
    return plausibleBirth(result.total[born] ?? 0, busiest[born] ?? 0) ? [] : [{ key, i, born }]
  })
  for (const { i, born } of jumps) clear(walks[i]?.result, born)
  const keysOf = (flag: 'reset' | 'gap' | 'jump'): string[] =>
    targets.flatMap(({ key }, i) => (walks[i]?.[flag] === true ? [key] : []))
  return {
    targets: targets.map(({ key }, i) => ({ key, total: [], parts: [], ...walks[i]?.result })),
    resets: keysOf('reset'),
    gaps: keysOf('gap'),
    jumps: [...keysOf('jump'), ...jumps.map(({ key }) => key)],
  }
}

interface Walk {
  readonly result: { readonly total: Sample[]; readonly parts: readonly Sample[][] }
  /** The slice in which the target appeared; its count there is from zero. */
  readonly born: number | undefined
  readonly reset: boolean
  readonly gap: boolean
  readonly jump: boolean
}

function walk(target: TargetCounters, seen: readonly boolean[], sliceSeconds: number): Walk {
  const slices = Math.max(target.total.length - 1, 0)
  const result = { total: empty(slices), parts: target.parts.map(() => empty(slices)) }
  let last = -1
  let largest = 0
  let born: number | undefined
  let known = false
  const flags = { reset: false, gap: false, jump: false }
  target.total.forEach((value, j) => {
    if (value === null) return
    if (!Number.isFinite(value)) {
      // handed on, for the engine to name
      if (j > 0) result.total[j - 1] = value
      known = true
      return
    }
    const before = last
    last = j
    if (before < 0) {
      if (j === 0 || known || seen[j - 1] !== true) return
      born = j - 1
      count(target, result, { from: undefined, to: j, anew: true })
      return
    }
    if ((j - before - 1) * sliceSeconds > LONGEST_GAP_SECONDS) {
      flags.gap = true
      return
    }
    const old = target.total[before] ?? 0
    const anew = value < old
    if (anew && isPartialLoss(old, value, largest)) {
      flags.jump = true
      return
    }
    if (anew) flags.reset = true
    count(target, result, { from: before, to: j, anew })
    largest = Math.max(largest, result.total[j - 1] ?? 0)
  })
  return { result, born, ...flags }
}

interface Stretch {
  readonly from: number | undefined
  readonly to: number
  /** Counters began at zero since `from`. */
  readonly anew: boolean
}

function count(target: TargetCounters, result: Walk['result'], { from, to, anew }: Stretch): void {
  const valueAt = (row: readonly Sample[], at: number | undefined): number =>
    at === undefined || anew ? 0 : finite(row[at])
  const total = (target.total[to] ?? 0) - valueAt(target.total, from)
  result.total[to - 1] = total
  target.parts.forEach((row, p) => {
    const value = finite(row[to])
    const old = valueAt(row, from)
    const counts = result.parts[p]
    // a part that drops alone lost one of its series: no more of it can be new than of the whole
    if (counts !== undefined) counts[to - 1] = value < old ? Math.min(value, total) : value - old
  })
}

/** A sum that loses one of its series drops too, but to far more than a process counts after a restart. */
function isPartialLoss(old: number, value: number, largest: number): boolean {
  return largest > 0 && value > old / 2 && value > 10 * largest
}

/** A new target cannot have served much more than all of them do in a slice: else it is old, only newly scraped. */
function plausibleBirth(first: number, busiest: number): boolean {
  return busiest <= 0 || first <= 3 * busiest + 100
}

/** For each slice the most that was counted in one slice up to it, births left out. */
function runningMax(walks: readonly Walk[]): readonly number[] {
  const sums: number[] = []
  for (const { result, born } of walks) {
    result.total.forEach((value, k) => {
      sums[k] = (sums[k] ?? 0) + (k === born ? 0 : finite(value))
    })
  }
  let most = 0
  return sums.map((sum) => (most = Math.max(most, sum)))
}

function clear(result: Walk['result'] | undefined, slice: number): void {
  if (result === undefined) return
  for (const row of [result.total, ...result.parts]) row[slice] = null
}

/** At which boundaries any target gave a sample. */
function presence(targets: readonly TargetCounters[]): readonly boolean[] {
  const seen: boolean[] = []
  for (const { total } of targets) {
    total.forEach((value, j) => {
      seen[j] = seen[j] === true || value !== null
    })
  }
  return seen
}

function empty(slices: number): Sample[] {
  return Array.from({ length: slices }, () => null)
}

function finite(value: Sample | undefined): number {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : 0
}
