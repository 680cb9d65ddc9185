import type { Arm, Sample, SourceProblem } from '../analysis/recording.ts'
import type { Arms, Labels } from './arms.ts'
import { readBound } from './bucket-bounds.ts'
import { type Counted, countTargets, type TargetCounters, type TargetCounts } from './counters.ts'
import { duplicateTargets } from './duplicate-targets.ts'
import { type Grid, keyOf } from './grid.ts'
import { addUp, type MetricRows, type PodRow } from './metric-rows.ts'
import type { MetricState } from './run-state.ts'
import type { Slicing } from './slicing.ts'

export interface CountContext {
  readonly metric: string
  readonly arms: Arms
  readonly slicing: Slicing
  readonly slices: number
}

/** Events out of requests, pod by pod, from two grids of raw counters. */
export function countEvents(state: MetricState, context: CountContext): MetricRows {
  const targets = new Map<string, Target>()
  const points = context.slices + 1
  for (const { labels, values } of state.total.rows.values()) {
    const target = targetOf(targets, labels, context.arms)
    if (target !== undefined) target.total = cut(values, points)
  }
  for (const { labels, values } of state.part.rows.values()) {
    const target = targetOf(targets, labels, context.arms)
    if (target !== undefined) target.parts = [cut(values, points)]
  }
  const usable = [...targets.values()].map((target) => ({ ...target, parts: [target.parts[0] ?? []] }))
  return { ...rowsOf(usable, context), bounds: [] }
}

/** Requests slower than each bound, pod by pod, from cumulative buckets. */
export function countBuckets(state: MetricState, unitsPerSecond: number, context: CountContext): MetricRows {
  const bounds = state.histogram?.bounds ?? boundsSeen(state.total)
  const targets = new Map<string, Target>()
  const points = context.slices + 1
  for (const { labels, values } of state.total.rows.values()) {
    const { le, ...rest } = labels
    const bound = readBound(le)
    const target = bound === undefined ? undefined : targetOf(targets, rest, context.arms)
    if (target === undefined || bound === undefined) continue
    // "1" and "1.0" are one bound, written by two versions of a client
    if (bound === Infinity) target.total = merge(target.total, cut(values, points))
    const index = bounds.indexOf(bound)
    if (index >= 0) target.parts[index] = merge(target.parts[index] ?? [], cut(values, points))
  }
  const all = [...targets.values()].filter(({ total }) => total.length > 0)
  const complete = all.filter(({ parts }) => bounds.every((_, index) => parts[index] !== undefined))
  const counted = rowsOf(complete, context)
  return {
    rows: counted.rows.map(({ parts, ...row }) => ({
      ...row,
      total: row.total,
      parts: slower(row.total, parts),
    })),
    bounds: bounds.map((bound) => bound / unitsPerSecond),
    problems: [...counted.problems, ...otherBounds(all.length - complete.length, context)],
  }
}

/** Levels at the ends of the slices. */
export function readLevels(state: MetricState, context: CountContext): MetricRows {
  const rows = [...state.total.rows.values()].flatMap(({ labels, values }): PodRow[] => {
    const arm = context.arms.armOf(labels)
    if (arm === undefined) return []
    return [
      { pod: podOf(labels, context.arms), arm, total: cut(values, context.slices + 1).slice(1), parts: [] },
    ]
  })
  return { rows, bounds: [], problems: [] }
}

interface Target {
  readonly key: string
  readonly labels: Labels
  readonly arm: Arm
  readonly pod: string | undefined
  total: readonly Sample[]
  parts: (readonly Sample[])[]
}

function targetOf(targets: Map<string, Target>, labels: Labels, arms: Arms): Target | undefined {
  const arm = arms.armOf(labels)
  if (arm === undefined) return undefined
  const key = keyOf(labels)
  const known = targets.get(key)
  if (known !== undefined) return known
  const target: Target = { key, labels, arm, pod: podOf(labels, arms), total: [], parts: [] }
  targets.set(key, target)
  return target
}

function podOf(labels: Labels, { podLabel }: Arms): string | undefined {
  const pod = podLabel === undefined ? '' : (labels[podLabel] ?? '')
  return pod === '' ? undefined : pod
}

function rowsOf(targets: readonly Target[], context: CountContext): Omit<MetricRows, 'bounds'> {
  const { slicing, slices } = context
  const counted = countTargets(targets.map(withTotal), slicing.sliceSeconds)
  const counts = new Map(counted.targets.map((target) => [target.key, target]))
  const duplicates = new Set(
    [...Map.groupBy(targets, placeOf).values()].flatMap((same) => [
      ...duplicateTargets(same.flatMap(({ key }) => counts.get(key) ?? [])),
    ]),
  )
  const kept = targets.filter(({ key }) => !duplicates.has(key))
  const rows = [...Map.groupBy(kept, ({ arm, pod }) => JSON.stringify([arm, pod])).values()].flatMap(
    ([first, ...more]): PodRow[] => {
      if (first === undefined) return []
      const sums = [first, ...more].map((target) => countsOf(target, counts, slices))
      const parts = first.parts.map((_, p) => addUp(sums.map((sum) => sum.parts[p] ?? [])))
      return [{ pod: first.pod, arm: first.arm, total: addUp(sums.map(({ total }) => total)), parts }]
    },
  )
  return { rows, problems: problemsOf(counted, duplicates, targets, context.metric) }
}

/** A target that only the part knows: events counted elsewhere than the requests. */
function withTotal(target: Target): TargetCounters {
  if (target.total.length > 0) return target
  return { key: target.key, total: target.parts[0] ?? [], parts: [] }
}

function countsOf(target: Target, counts: ReadonlyMap<string, TargetCounts>, slices: number): TargetCounts {
  const found = counts.get(target.key) ?? { key: target.key, total: [], parts: [] }
  if (target.total.length > 0) return found
  const nothing = found.total.map((value) => (value === null ? null : 0))
  return { key: target.key, total: nothing.slice(0, slices), parts: [found.total] }
}

/** Targets that may be one endpoint scraped twice. */
function placeOf({ arm, pod, labels }: Target): string {
  return JSON.stringify([arm, pod ?? labels['instance'] ?? ''])
}

function problemsOf(
  counted: Counted,
  duplicates: ReadonlySet<string>,
  targets: readonly Target[],
  metric: string,
): readonly SourceProblem[] {
  const named = (keys: Iterable<string>): string => {
    const names = [...keys].map((key) => {
      const target = targets.find((candidate) => candidate.key === key)
      return target?.pod ?? target?.labels['instance'] ?? 'a target'
    })
    const shown = [...new Set(names)].toSorted()
    return shown.length > 3
      ? `${shown.slice(0, 3).join(', ')} and ${shown.length - 3} more`
      : shown.join(', ')
  }
  const problem = (code: SourceProblem['code'], keys: Iterable<string>, text: string): SourceProblem[] => {
    const names = named(keys)
    return names === '' ? [] : [{ code, metric, text: `${metric}: ${text}: ${names}` }]
  }
  return [
    ...problem('duplicate-target', duplicates, 'scraped twice, counted once'),
    ...problem('counter-reset', counted.resets, 'counters began anew, as after a restart'),
    ...problem('counter-reset', counted.jumps, 'counters jumped, what they jumped by is left out'),
    ...problem('gap', counted.gaps, 'away for over 5 minutes, what was counted meanwhile is left out'),
  ]
}

function otherBounds(count: number, { metric }: CountContext): readonly SourceProblem[] {
  if (count === 0) return []
  const text = `${metric}: ${count} targets have other bucket bounds than stable had and are left out`
  return [{ code: 'source-invalid', metric, text }]
}

function boundsSeen(grid: Grid): readonly number[] {
  const bounds = [...grid.rows.values()].flatMap(({ labels }) => readBound(labels['le']) ?? [])
  return [...new Set(bounds)].filter((bound) => bound > 0 && Number.isFinite(bound)).toSorted((a, b) => a - b)
}

/** Rounding of native buckets aside, no bucket holds more than all of them. */
function slower(
  total: readonly Sample[],
  upTo: readonly (readonly Sample[])[],
): readonly (readonly Sample[])[] {
  return upTo.map((row) =>
    total.map((all, k) => {
      const below = row[k]
      if (all === null || below === null || below === undefined) return null
      return Number.isFinite(all) ? Math.max(all - below, 0) : all
    }),
  )
}

function merge(a: readonly Sample[], b: readonly Sample[]): readonly Sample[] {
  return a.length === 0 ? b : a.map((value, k) => value ?? b[k] ?? null)
}

function cut(values: readonly Sample[], points: number): readonly Sample[] {
  return values.length > points ? values.slice(0, points) : values
}
