import { isotonicNonIncreasing } from '../stats/isotonic-non-increasing.ts'
import { type Autocovariance, lagBin } from './clustered-sum.ts'
import type { PodCounts } from './pod-counts.ts'

/** How much noisier than independent requests a metric is, learned from the stable arm before the rollout. */
export type Dispersion = PodDispersion | ArmDispersion

export interface PodDispersion {
  readonly kind: 'pods'
  readonly pods: number
  readonly autocovariance: Autocovariance
  /** The part of it that never averages out over time, where it stands out from chance; else 0. */
  readonly lasting: number
  /** (P+1)/(P−1): what a variance estimated from P pods may be too small by. */
  readonly inflation: number
  /** Stable's share of events. */
  readonly share: number
  /** Mean events of the arm in a slice. */
  readonly eventsPerSlice: number
}

export interface ArmDispersion {
  readonly kind: 'arm'
  readonly factor: number
  readonly differences: number
  readonly share: number
  readonly slices: number
}

export const MIN_PODS = 4
export const MIN_SLICES = 60
/** With less history than this nothing can be said about noise: wide bounds and no fail at a gate. */
export const SHORT_HISTORY = 20
export const LAST_LAG = 59

/** Pods' events and requests as they are, or with bursts capped. */
export function learnDispersion(stable: readonly PodCounts[], historySlices: number): Dispersion {
  const pods = stable.filter((pod) => !pod.aggregate && sumTo(pod.requests, historySlices) > 0)
  const arm = armTotals(stable, historySlices)
  const share = (arm.x + 0.5) / (arm.n + 1)
  if (pods.length >= MIN_PODS && arm.slicesWithTraffic >= MIN_SLICES) {
    const { autocovariance, lasting } = podAutocovariance(pods, historySlices, share)
    const inflation = (pods.length + 1) / (pods.length - 1)
    const eventsPerSlice = arm.x / arm.slicesWithTraffic
    return { kind: 'pods', pods: pods.length, autocovariance, lasting, inflation, share, eventsPerSlice }
  }
  return {
    kind: 'arm',
    ...blockDispersion(arm.events, arm.requests, share),
    share,
    slices: arm.slicesWithTraffic,
  }
}

/**
 * Covariance between slices of a pod's excess over its arm, relative to the expected events.
 * Overlaps of Poisson noise are taken out at lag 0, where alone they occur.
 */
export function podAutocovariance(
  pods: readonly PodCounts[],
  slices: number,
  share: number,
): { readonly autocovariance: Autocovariance; readonly lasting: number } {
  const table = excessTable(pods, slices)
  const sums = laggedProducts(table.excess)
  const weights = table.expected.length > 0 ? expectedWeights(table) : new Float64Array(7)
  sums[0] = (sums[0] ?? 0) - (1 - share) * table.poisson
  const autocovariance = smoothed(sums, weights)
  // a sum of products of independent counts has about its weight as variance
  const standsOut = autocovariance[6] * Math.sqrt(weights[6] ?? 0) > 2
  return { autocovariance, lasting: standsOut ? autocovariance[6] : 0 }
}

interface ExcessTable {
  /** [pod][slice] */
  readonly expected: readonly Float64Array[]
  readonly excess: readonly Float64Array[]
  /** Pods with traffic, by slice. */
  readonly present: Float64Array
  /** Σ mu (1 − n/N): the part of the squared excess that independent requests explain, but for 1 − p. */
  readonly poisson: number
}

function excessTable(pods: readonly PodCounts[], slices: number): ExcessTable {
  const expected = pods.map(() => new Float64Array(slices))
  const excess = pods.map(() => new Float64Array(slices))
  const present = new Float64Array(slices)
  const rates = new Float64Array(slices)
  const totals = new Float64Array(slices)
  let poisson = 0
  for (let t = 0; t < slices; t++) {
    let X = 0
    let N = 0
    for (const pod of pods) {
      X += pod.events[t] ?? 0
      N += pod.requests[t] ?? 0
    }
    if (N === 0) continue
    rates[t] = X / N
    totals[t] = N
  }
  pods.forEach((pod, j) => {
    const own = expected[j] ?? totals
    const rest = excess[j] ?? totals
    for (let t = 0; t < slices; t++) {
      const n = pod.requests[t] ?? 0
      if (n === 0) continue
      const mu = (rates[t] ?? 0) * n
      own[t] = mu
      rest[t] = (pod.events[t] ?? 0) - mu
      present[t] = (present[t] ?? 0) + 1
      poisson += mu * (1 - n / (totals[t] ?? n))
    }
  })
  return { expected, excess, present, poisson }
}

/** First and last lag of each bin. */
const BINS = [
  [0, 0],
  [1, 1],
  [2, 3],
  [4, 7],
  [8, 15],
  [16, 31],
  [32, LAST_LAG],
] as const

/** By bin, the sum of products of each row's values at all pairs of slices that far apart. */
export function laggedProducts(rows: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(BINS.length)
  for (const row of rows) {
    const T = row.length
    const prefix = new Float64Array(T + 1)
    for (let t = 0; t < T; t++) prefix[t + 1] = (prefix[t] ?? 0) + (row[t] ?? 0)
    for (const [bin, [first, last]] of BINS.entries()) {
      let sum = 0
      for (let t = 0; t + first < T; t++) {
        const partners = (prefix[Math.min(t + last + 1, T)] ?? 0) - (prefix[t + first] ?? 0)
        sum += (row[t] ?? 0) * partners
      }
      sums[bin] = (sums[bin] ?? 0) + sum
    }
  }
  return sums
}

/** Σ c mu mu' by bin, where c = 1 − 1/P corrects for the arm's mean being made of the same pods. */
function expectedWeights(table: ExcessTable): Float64Array {
  const most = Math.max(...table.present)
  const steady = table.present.every((pods) => pods === most || pods === 0)
  if (steady) return laggedProducts(table.expected).map((sum) => sum * (1 - 1 / most))
  const weights = new Float64Array(BINS.length)
  const T = table.present.length
  for (let lag = 0; lag <= Math.min(LAST_LAG, T - 1); lag++) {
    const bin = lagBin(lag)
    for (let t = 0; t + lag < T; t++) {
      const pods = Math.max(table.present[t] ?? 0, table.present[t + lag] ?? 0)
      if (pods === 0) continue
      let sum = 0
      for (const mu of table.expected) sum += (mu[t] ?? 0) * (mu[t + lag] ?? 0)
      weights[bin] = (weights[bin] ?? 0) + sum * (1 - 1 / pods)
    }
  }
  return weights
}

/** Ratios by bin, made non-increasing with the lag, never negative; a bin without pairs takes the one before. */
export function smoothed(sums: Float64Array, weights: Float64Array): Autocovariance {
  const ratios: number[] = []
  for (let bin = 0; bin < 7; bin++) {
    const weight = weights[bin] ?? 0
    ratios.push(weight > 0 ? (sums[bin] ?? 0) / weight : (ratios[bin - 1] ?? 0))
  }
  const fitted = isotonicNonIncreasing(
    ratios,
    Array.from(weights, (w) => Math.max(w, Number.MIN_VALUE)),
  )
  const at = (bin: number): number => Math.max(fitted[bin] ?? 0, 0)
  return [at(0), at(1), at(2), at(3), at(4), at(5), at(6)]
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
      events[t] = (events[t] ?? 0) + (pod.events[t] ?? 0)
      requests[t] = (requests[t] ?? 0) + (pod.requests[t] ?? 0)
    }
  }
  const slicesWithTraffic = requests.filter((n) => n > 0).length
  return { x: sumTo(events, slices), n: sumTo(requests, slices), events, requests, slicesWithTraffic }
}

/** Differences of successive blocks cancel drift; longer blocks see slower noise, but there are fewer of them. */
function blockDispersion(
  events: Float64Array,
  requests: Float64Array,
  share: number,
): { readonly factor: number; readonly differences: number } {
  const single = successiveDifferences(events, requests, share, 1)
  let factor = Math.max(1, single.dispersion)
  for (const length of [2, 5, 10]) {
    const { dispersion, count } = successiveDifferences(events, requests, share, length)
    if (count === 0) continue
    const shrunk = single.dispersion + ((dispersion - single.dispersion) * count) / (count + 20)
    factor = Math.max(factor, shrunk)
  }
  return { factor, differences: single.count }
}

function successiveDifferences(
  events: Float64Array,
  requests: Float64Array,
  share: number,
  length: number,
): { readonly dispersion: number; readonly count: number } {
  let sum = 0
  let count = 0
  let before: { x: number; n: number } | undefined
  for (let from = 0; from + length <= events.length; from += length) {
    const block = { x: sumTo(events, from + length, from), n: sumTo(requests, from + length, from) }
    const z2 = before === undefined ? undefined : squaredDifference(before, block, share)
    if (z2 !== undefined) {
      sum += z2
      count++
    }
    before = block
  }
  return { dispersion: count > 0 ? sum / count : 1, count }
}

function squaredDifference(
  a: { x: number; n: number },
  b: { x: number; n: number },
  share: number,
): number | undefined {
  const X = a.x + b.x
  const N = a.n + b.n
  if (X === 0 || a.n === 0 || b.n === 0) return undefined
  const pi = a.n / N
  return (a.x - X * pi) ** 2 / (X * pi * (1 - pi) * (1 - share))
}

function sumTo(values: Float64Array, to: number, from = 0): number {
  let sum = 0
  for (let k = from; k < to; k++) sum += values[k] ?? 0
  return sum
}
