import { dataColumns, withColumns } from '../../../engine/model/data-columns.ts'
import type { MetricData, Recording, RecordedStep } from '../../../engine/model/recording.ts'
import { createRandom, type Random, split, uniform } from '../../../simulate/random.ts'
import { canaryData, type CanaryPod, type Injected } from './canary-rows.ts'

/** How the rollouts are to go: weights in percent, lengths in slices. */
export interface PretendPlan {
  readonly weights: readonly number[]
  readonly planned: readonly number[]
  readonly historySlices: number
}

/** Which pods of stable pretend to be the canary, in the order in which they join. */
export interface Drawn {
  readonly rows: readonly number[]
  /** How many of them there are in each step. */
  readonly counts: readonly number[]
  /** How many canaries without a common pod could be drawn at this time. */
  readonly disjoint: number
}

/**
 * Draws pods that live through the planned rollout: as many for each step as the weight needs, rounded up. At least
 * one is left for stable. Undefined = fewer than two pods.
 */
export function drawPods(
  block: Recording,
  start: number,
  plan: PretendPlan,
  random: Random,
): Drawn | undefined {
  const length = plan.planned.reduce((sum, slices) => sum + slices, 0)
  const last = Math.min(start + length, block.slices) - 1
  const requests = requestsOf(block)
  const living = requests.flatMap((row, pod) => (isThere(row, start - 1) && isThere(row, last) ? [pod] : []))
  if (living.length < 2) return undefined
  const counts = plan.weights.map((weight) =>
    Math.min(Math.ceil((living.length * weight) / 100), living.length - 1),
  )
  const most = Math.max(...counts)
  return {
    rows: shuffled(living, random).slice(0, most),
    counts: counts.map((_, step) => Math.max(...counts.slice(0, step + 1))),
    disjoint: Math.floor(living.length / most),
  }
}

/**
 * The recording of a rollout in which these pods of stable are the canary. They are no part of stable at any time, so
 * that no request counts for both. The same lengths give the same counts, and longer ones the same beginning.
 */
export function pretendRollout(
  block: Recording,
  start: number,
  { drawn, seed }: { readonly drawn: Drawn; readonly seed: string },
  plan: PretendPlan,
  injected: Injected,
): (lengths: readonly number[]) => Recording {
  const { rows } = drawn
  const stable = block.pods.flatMap((_, row) => (rows.includes(row) ? [] : [row]))
  return (lengths) => {
    const from = Math.max(start - plan.historySlices, 0)
    const to = Math.min(start + lengths.reduce((sum, length) => sum + length, 0), block.slices)
    const begun = beginnings(start, lengths)
    const keeps = begun.map((slice, step) => keptShare(block, slice, step, { drawn, plan }))
    const random = createRandom(seed)
    const canary = rows.map((row, place): CanaryPod => ({
      row,
      random: split(random, row),
      keeps: (slice) => {
        const step = begun.findLastIndex((first) => first <= slice)
        return place < (drawn.counts[step] ?? 0) ? keeps[step] : undefined
      },
    }))
    const name = (row: number): string => block.pods[row]?.name ?? ''
    return {
      format: block.format,
      sliceSeconds: block.sliceSeconds,
      start: new Date(Date.parse(block.start) + from * block.sliceSeconds * 1000).toISOString(),
      slices: to - from,
      rolloutStart: start - from,
      gates: plan.weights.length,
      steps: recordedSteps(begun, plan, from),
      pods: [
        ...stable.map((row) => ({ name: name(row), arm: 'stable' as const })),
        ...rows.map((row) => ({ name: name(row), arm: 'canary' as const })),
      ],
      metrics: Object.fromEntries(
        Object.entries(block.metrics).map(([metric, data]) => [
          metric,
          joined(data, [
            ...stable.map((row) => rowOf(data, row, from, to)),
            ...canary.map((pod) => canaryData(metric, data, pod, { from, to }, injected)),
          ]),
        ]),
      ),
    }
  }
}

/** The first slice of each step that has begun. */
const beginnings = (start: number, lengths: readonly number[]): readonly number[] =>
  lengths.map((_, step) => start + lengths.slice(0, step).reduce((sum, length) => sum + length, 0))

function recordedSteps(
  begun: readonly number[],
  { planned, weights }: PretendPlan,
  from: number,
): readonly RecordedStep[] {
  return begun.map((slice, step) => ({
    slice: slice - from,
    // a step in its hold was planned as short as the others
    ends: slice - from + (planned[step] ?? 0),
    weight: weights[step] ?? 0,
    next: weights[step + 1] ?? 100,
  }))
}

/** The share of its requests that a canary pod keeps, so that the canary gets its weight of all requests. */
function keptShare(
  block: Recording,
  begins: number,
  step: number,
  { drawn, plan }: { readonly drawn: Drawn; readonly plan: PretendPlan },
): number {
  const requests = requestsOf(block)
  const own = new Set(drawn.rows.slice(0, drawn.counts[step]))
  const ends = Math.min(begins + (plan.planned[step] ?? 1), block.slices)
  let [all, canary] = [0, 0]
  for (const [pod, row] of requests.entries()) {
    for (let slice = begins; slice < ends; slice++) {
      const count = row?.[slice] ?? 0
      all += count
      if (own.has(pod)) canary += count
    }
  }
  return canary > 0 ? Math.min(((plan.weights[step] ?? 0) / 100) * (all / canary), 1) : 1
}

type Rows = readonly (readonly (number | null)[] | null)[]

/** The requests of each pod, from the first metric that counts them. */
export function requestsOf({ metrics }: Recording): Rows {
  for (const data of Object.values(metrics)) if ('total' in data) return data.total
  return []
}

const isThere = (row: Rows[number] | undefined, slice: number): boolean =>
  row !== null && row !== undefined && (row[slice] ?? null) !== null

function shuffled(values: readonly number[], random: Random): readonly number[] {
  return values
    .map((value) => ({ value, order: uniform(random) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value)
}

function rowOf(data: MetricData, row: number, from: number, to: number): MetricData {
  return withColumns(
    data,
    dataColumns(data).map((column) => [column[row]?.slice(from, to) ?? null]),
  )
}

/** The rows of one metric under each other. */
function joined(data: MetricData, rows: readonly MetricData[]): MetricData {
  const columns = rows.map(dataColumns)
  return withColumns(
    data,
    dataColumns(data).map((_, column) => columns.flatMap((own) => own[column] ?? [])),
  )
}
