import { valueAt } from '../model/value-at.ts'
import { learnAnew, type Recall } from './recall.ts'
import { type LearnedCovariance, podAutocovariance } from './pod-autocovariance.ts'
import type { PodCounts } from '../counts/pod-counts.ts'

/** How much noisier than independent requests a metric is, learned from the stable arm before the rollout. */
export type Dispersion = PodDispersion | ArmDispersion

export interface PodDispersion extends LearnedCovariance {
  readonly kind: 'pods'
  readonly pods: number
  /** (P+1)/(P−1): the factor by which a variance estimated from P pods may be too small. */
  readonly inflation: number
  /** Stable's share of events. */
  readonly share: number
  /** Mean events of the arm in a slice. */
  readonly eventsPerSlice: number
}

export interface ArmDispersion {
  readonly kind: 'arm'
  /** The number of pods, which is too small to learn from; 0 where pods are not known. */
  readonly pods: number
  readonly factor: number
  readonly differences: number
  /** Stable's share of events; 0 without history, so that nothing is subtracted from the noise. */
  readonly share: number
  readonly slices: number
  /** The same, learned from history and the rollout: entry t includes the rollout's slices up to t. */
  readonly later?: ArmPath
}

export interface ArmPath {
  readonly factor: Float64Array
  readonly differences: Float64Array
  readonly slices: Float64Array
}

/** Keeps 1 − share above 0 where every request is an event. */
const LEAST_COMPLEMENT = 1e-6

export const MIN_PODS = 4
export const MIN_SLICES = 60
/** With fewer slices of history the noise is unknown: bounds are wide and no gate fails. */
export const SHORT_HISTORY = 20

/** Pods' events and requests as they are, or with bursts capped. */
export function learnDispersion(
  stable: readonly PodCounts[],
  historySlices: number,
  /** How many slices of the rollout to learn from, where the pods do not show the noise; 0 = history alone. */
  rollout = 0,
  recall: Recall<LearnedCovariance> = learnAnew,
): Dispersion {
  const pods = stable.filter((pod) => !pod.aggregate && sumTo(pod.requests, historySlices) > 0)
  const arm = armTotals(stable, historySlices)
  const share = arm.n > 0 ? (arm.x + 0.5) / (arm.n + 1) : 0
  if (pods.length >= MIN_PODS && arm.slicesWithTraffic >= MIN_SLICES) {
    const rows = pods.flatMap(({ events, requests }) => [events, requests])
    const learned = recall({ rows, slices: historySlices, settings: [share] }, () =>
      podAutocovariance(pods, historySlices, share),
    )
    const inflation = (pods.length + 1) / (pods.length - 1)
    const eventsPerSlice = arm.x / arm.slicesWithTraffic
    return { kind: 'pods', pods: pods.length, ...learned, inflation, share, eventsPerSlice }
  }
  return {
    kind: 'arm',
    pods: pods.length < MIN_PODS ? pods.length : 0,
    ...blockDispersion(arm.events, arm.requests, share),
    share,
    slices: arm.slicesWithTraffic,
    ...(rollout > 0 ? { later: armPath(stable, historySlices, rollout, share) } : {}),
  }
}

interface ArmTotals {
  readonly x: number
  readonly n: number
  readonly events: Float64Array
  readonly requests: Float64Array
  readonly slicesWithTraffic: number
}

function armTotals(pods: readonly PodCounts[], slices: number): ArmTotals {
  const events = new Float64Array(slices)
  const requests = new Float64Array(slices)
  for (const pod of pods) {
    for (let t = 0; t < slices; t++) {
      events[t] = valueAt(events, t) + valueAt(pod.events, t)
      requests[t] = valueAt(requests, t) + valueAt(pod.requests, t)
    }
  }
  const slicesWithTraffic = requests.filter((n) => n > 0).length
  return { x: sumTo(events, slices), n: sumTo(requests, slices), events, requests, slicesWithTraffic }
}

function armPath(stable: readonly PodCounts[], history: number, rollout: number, share: number): ArmPath {
  const arm = armTotals(stable, history + rollout)
  const path = {
    factor: new Float64Array(rollout).fill(1),
    differences: new Float64Array(rollout),
    slices: new Float64Array(rollout),
  }
  const blocks = BLOCK_LENGTHS.map((length) => differencePath(arm, share, length, history, rollout))
  let slices = arm.requests.subarray(0, history).filter((n) => n > 0).length
  for (let t = 0; t < rollout; t++) {
    if (valueAt(arm.requests, history + t) > 0) slices++
    const [single, ...longer] = blocks.map(({ dispersion, count }) => ({
      dispersion: dispersion[t] ?? 1,
      count: count[t] ?? 0,
    }))
    if (single === undefined) continue
    path.slices[t] = slices
    path.differences[t] = single.count
    path.factor[t] = Math.max(1, single.dispersion, ...longer.map((one) => shrunk(single.dispersion, one)))
  }
  return path
}

/** By slice of the rollout, the mean squared difference of the blocks that have ended by then. */
function differencePath(
  arm: ArmTotals,
  share: number,
  length: number,
  history: number,
  rollout: number,
): { readonly dispersion: Float64Array; readonly count: Float64Array } {
  const dispersion = new Float64Array(rollout).fill(1)
  const counts = new Float64Array(rollout)
  let [sum, count] = [0, 0]
  let before: Block | undefined
  for (let from = 0; from + length <= history + rollout; from += length) {
    const block = blockOf(arm, from, length)
    const z2 = before === undefined ? undefined : squaredDifference(before, block, share)
    if (z2 !== undefined) {
      sum += z2
      count++
    }
    before = block
    const known = Math.max(from + length - 1 - history, 0)
    if (count > 0) dispersion.fill(sum / count, known)
    counts.fill(count, known)
  }
  return { dispersion, count: counts }
}

/**
 * Differences between successive blocks cancel drift. Longer blocks show slower noise, but there are fewer of them.
 */
function blockDispersion(
  events: Float64Array,
  requests: Float64Array,
  share: number,
): { readonly factor: number; readonly differences: number } {
  const single = successiveDifferences(events, requests, share, 1)
  let factor = Math.max(1, single.dispersion)
  for (const length of BLOCK_LENGTHS.slice(1)) {
    factor = Math.max(
      factor,
      shrunk(single.dispersion, successiveDifferences(events, requests, share, length)),
    )
  }
  return { factor, differences: single.count }
}

const BLOCK_LENGTHS = [1, 2, 5, 10] as const

/** Few differences are a poor estimate, so they are drawn towards those of single slices. */
function shrunk(
  single: number,
  { dispersion, count }: { readonly dispersion: number; readonly count: number },
): number {
  return single + ((dispersion - single) * count) / (count + 20)
}

function successiveDifferences(
  events: Float64Array,
  requests: Float64Array,
  share: number,
  length: number,
): { readonly dispersion: number; readonly count: number } {
  let sum = 0
  let count = 0
  let before: Block | undefined
  for (let from = 0; from + length <= events.length; from += length) {
    const block = blockOf({ events, requests }, from, length)
    const z2 = before === undefined ? undefined : squaredDifference(before, block, share)
    if (z2 !== undefined) {
      sum += z2
      count++
    }
    before = block
  }
  return { dispersion: count > 0 ? sum / count : 1, count }
}

interface Block {
  readonly x: number
  readonly n: number
}

function blockOf(
  { events, requests }: Pick<ArmTotals, 'events' | 'requests'>,
  from: number,
  length: number,
): Block {
  return { x: sumTo(events, from + length, from), n: sumTo(requests, from + length, from) }
}

function squaredDifference(a: Block, b: Block, share: number): number | undefined {
  const X = a.x + b.x
  const pi = a.n / (a.n + b.n)
  const variance = X * pi * (1 - pi) * Math.max(1 - share, LEAST_COMPLEMENT)
  // the variance is zero without events, or without traffic in one of the blocks
  return variance > 0 ? (a.x - X * pi) ** 2 / variance : undefined
}

function sumTo(values: Float64Array, to: number, from = 0): number {
  let sum = 0
  for (let k = from; k < to; k++) sum += values[k] ?? 0
  return sum
}
