import { valueAt } from '../model/value-at.ts'
import { isotonicNonIncreasing } from '../stats/isotonic-non-increasing.ts'
import { type Autocovariance, lagBin } from './clustered-sum.ts'
import type { PodCounts } from '../counts/pod-counts.ts'

export const LAST_LAG = 59

export interface LearnedCovariance {
  readonly autocovariance: Autocovariance
  /** The part that never averages out over time, where it is more than chance; otherwise 0. */
  readonly lasting: number
  /**
   * How many further events come together with one event in the same pod and slice, where it is more than chance;
   * otherwise 0.
   */
  readonly clump: number
}

/**
 * The covariance between slices of a pod's excess over its arm, relative to the expected events. Poisson noise
 * contributes only at lag 0 and is subtracted there.
 */
export function podAutocovariance(
  pods: readonly PodCounts[],
  slices: number,
  share: number,
): LearnedCovariance {
  const table = excessTable(pods, slices)
  const sums = laggedProducts(table.excess)
  const weights = expectedWeights(table)
  sums[0] = valueAt(sums, 0) - (1 - share) * table.poisson
  const autocovariance = smoothed(sums, weights)
  // a sum of products of independent counts has about its weight as variance
  const standsOut = autocovariance[6] * Math.sqrt(valueAt(weights, 6)) > 2
  return {
    autocovariance,
    lasting: standsOut ? autocovariance[6] : 0,
    clump: clumpSize(momentary(autocovariance), table),
  }
}

/** The part of the noise that is gone a slice later. */
export function momentary(r: Autocovariance): number {
  return r[0] - r[1]
}

/** How many standard deviations above chance clumps must be. */
const CLEAR = 3

/**
 * Failures that come several at a time add variance in proportion to the count; differences between pods add it in
 * proportion to the square of the count. In pods of one size the two look the same: this is the size of the clumps if
 * all momentary noise comes from clumps.
 */
function clumpSize(noise: number, { expected, poisson }: ExcessTable): number {
  let [sum, squares] = [0, 0]
  for (const row of expected) {
    for (const mu of row) {
      sum += mu
      squares += mu * mu
    }
  }
  // of the mean squared excess when counts are independent
  const chance = Math.sqrt(2 * squares + poisson) / squares
  return noise > CLEAR * chance ? (noise * squares) / sum : 0
}

interface ExcessTable {
  /** [pod][slice] */
  readonly expected: readonly Float64Array[]
  readonly excess: readonly Float64Array[]
  /** Pods with traffic, by slice. */
  readonly present: Float64Array
  /** Σ mu (1 − n/N): the part of the squared excess that independent requests explain, without the factor 1 − p. */
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
      const mu = valueAt(rates, t) * n
      own[t] = mu
      rest[t] = valueAt(pod.events, t) - mu
      present[t] = valueAt(present, t) + 1
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

/** For each bin of lags, the sum of the products of a row's values over all pairs of slices with such a lag. */
export function laggedProducts(rows: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(BINS.length)
  for (const row of rows) {
    const T = row.length
    const prefix = new Float64Array(T + 1)
    for (let t = 0; t < T; t++) prefix[t + 1] = valueAt(prefix, t) + valueAt(row, t)
    for (const [bin, [first, last]] of BINS.entries()) {
      let sum = 0
      for (let t = 0; t + first < T; t++) {
        const partners = valueAt(prefix, Math.min(t + last + 1, T)) - valueAt(prefix, t + first)
        sum += valueAt(row, t) * partners
      }
      sums[bin] = valueAt(sums, bin) + sum
    }
  }
  return sums
}

/** Σ c mu mu' by bin, where c = 1 − 1/P corrects for the arm's mean being made of the same pods. */
function expectedWeights(table: ExcessTable): Float64Array {
  const most = Math.max(...table.present)
  // where the number of pods stays the same the sums cost a tenth
  const steady = table.present.every((pods) => pods === most || pods === 0)
  if (steady) return laggedProducts(table.expected).map((sum) => sum * (1 - 1 / most))
  const weights = new Float64Array(BINS.length)
  const T = table.present.length
  for (let lag = 0; lag <= LAST_LAG; lag++) {
    const bin = lagBin(lag)
    for (let t = 0; t + lag < T; t++) {
      const pods = Math.max(table.present[t] ?? 0, table.present[t + lag] ?? 0)
      if (pods === 0) continue
      let sum = 0
      for (const mu of table.expected) sum += valueAt(mu, t) * valueAt(mu, t + lag)
      weights[bin] = valueAt(weights, bin) + sum * (1 - 1 / pods)
    }
  }
  return weights
}

/**
 * Ratios by bin, made non-increasing with the lag and never negative; a bin without pairs takes the ratio of the bin
 * before.
 */
export function smoothed(sums: Float64Array, weights: Float64Array): Autocovariance {
  const ratios: number[] = []
  for (let bin = 0; bin < 7; bin++) {
    const weight = weights[bin] ?? 0
    ratios.push(weight > 0 ? valueAt(sums, bin) / weight : (ratios[bin - 1] ?? 0))
  }
  const fitted = isotonicNonIncreasing(ratios, [...weights])
  const at = (bin: number): number => Math.max(fitted[bin] ?? 0, 0)
  return [at(0), at(1), at(2), at(3), at(4), at(5), at(6)]
}
