import { ABSENT, finite } from '../../recording/absent.ts'
import type { Target } from './counts.ts'
import type { CounterState } from './walk-target.ts'

const AGREEMENT = 0.02
/** With fewer events two targets agree by chance. */
const LEAST_EVENTS = 100

export interface Neighbours {
  readonly targets: readonly Target[]
  readonly walks: readonly CounterState[]
  /** Numbers per target. */
  readonly width: number
  /** What their counters show at the end of the slice, and what they counted in it. */
  readonly values: Float64Array
  readonly counts: Float64Array
}

/**
 * Targets of one pod that count in this slice what another of them counts already: scraped twice. By what was seen up
 * to this slice and nothing later, so what was decided for a slice stays. Two agree by what they counted since the
 * targets around them last changed; where that is little, by what their counters show.
 */
export function duplicateTargets(members: readonly number[], neighbours: Neighbours): readonly number[] {
  const { walks, width, values } = neighbours
  const present = recordSlice(members, neighbours)
  if (present.length < 2) return []
  const since = clusters(present, (target) => walks[target]?.since ?? 0)
  const decided = since.filter(({ most }) => most >= LEAST_EVENTS)
  const open = since.filter(({ most }) => most < LEAST_EVENTS).flatMap((cluster) => cluster.members)
  const lifetime = clusters(open, (target) => finite(values[target * width]))
  return [...decided, ...lifetime.filter(({ most }) => most >= LEAST_EVENTS)].flatMap((cluster) =>
    allButFirst(cluster.members, neighbours),
  )
}

/** Those that counted something in this slice; when they are others than before, what was counted begins anew. */
function recordSlice(members: readonly number[], { walks, width, counts }: Neighbours): readonly number[] {
  const present: number[] = []
  let changed = false
  for (const target of members) {
    const walk = walks[target]
    if (walk === undefined) continue
    const is = counts[target * width] !== ABSENT
    changed ||= is !== walk.present
    walk.present = is
    if (is) present.push(target)
  }
  for (const target of members) {
    const walk = walks[target]
    if (walk === undefined) continue
    if (changed) walk.since = 0
    if (walk.present) walk.since += finite(counts[target * width])
  }
  return present
}

interface Cluster {
  readonly members: readonly number[]
  readonly most: number
}

/** Sorted, those next to each other that are within the agreement of the largest of them. */
function clusters(targets: readonly number[], valueOf: (target: number) => number): readonly Cluster[] {
  const found: { members: number[]; most: number }[] = []
  const byValue = targets.map((target) => ({ target, value: valueOf(target) }))
  for (const { target, value } of byValue.sort((a, b) => b.value - a.value)) {
    const last = found.at(-1)
    if (last !== undefined && last.most - value <= AGREEMENT * last.most) last.members.push(target)
    else found.push({ members: [target], most: value })
  }
  return found
}

/** The first is the one with the most samples, else the first by key. */
function allButFirst(members: readonly number[], { targets, walks }: Neighbours): readonly number[] {
  const samples = (target: number): number => walks[target]?.samples ?? 0
  const key = (target: number): string => targets[target]?.key ?? ''
  let first = members[0]
  for (const target of members) {
    if (first === undefined || samples(target) < samples(first)) continue
    if (samples(target) > samples(first) || key(target) < key(first)) first = target
  }
  return members.filter((target) => target !== first)
}
