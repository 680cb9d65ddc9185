import type { ErrorsData, Recording } from '../../../engine/model/recording.ts'

/** The share of failed requests that a pod has in a slice, before chance: `[pod][slice]`. */
export type FailureRates = readonly (readonly number[])[]

/** So many slices before and after, so that the rate has enough requests and follows the time of day. */
const near = 5

/**
 * The rates of each metric of errors. A pod can have bad minutes of its own, in which a release that fails more often
 * does so too. So the rate is that of all pods around the slice, and moves towards the pod's own count by as much as
 * pods are known to differ: the posterior mean of a gamma distribution.
 */
export function failureRates({ metrics, slices }: Recording): ReadonlyMap<string, FailureRates> {
  return new Map(
    Object.entries(metrics).flatMap(([name, data]) =>
      data.kind === 'errors' ? [[name, ratesOf(data, slices)] as const] : [],
    ),
  )
}

function ratesOf({ bad, total }: ErrorsData, slices: number): FailureRates {
  const common = aroundEach(sumsOf(bad, slices), sumsOf(total, slices))
  const pods = total.map((row, pod) =>
    common.map((rate, slice) => ({
      rate,
      expected: rate * countOf(row?.[slice]),
      failed: countOf(bad[pod]?.[slice]),
    })),
  )
  const spread = spreadOf(pods)
  return pods.map((row) =>
    row.map(({ rate, expected, failed }) => (rate * (1 + spread * failed)) / (1 + spread * expected)),
  )
}

interface Cell {
  readonly rate: number
  readonly expected: number
  readonly failed: number
}

/**
 * The variance of the pods' rates, as a part of the squared rate: what two minutes that follow each other have in
 * common. The noise of counts, and failures that come several at a time, have nothing in common with the next minute.
 */
function spreadOf(pods: readonly (readonly Cell[])[]): number {
  let [both, expected] = [0, 0]
  for (const row of pods) {
    for (const [slice, cell] of row.entries()) {
      const next = row[slice + 1]
      if (next === undefined) continue
      both += (cell.failed - cell.expected) * (next.failed - next.expected)
      expected += cell.expected * next.expected
    }
  }
  return expected > 0 ? Math.max(both / expected, 0) : 0
}

function aroundEach(bad: readonly number[], total: readonly number[]): readonly number[] {
  const around = (sums: readonly number[], slice: number): number =>
    sums.slice(Math.max(slice - near, 0), slice + near + 1).reduce((sum, count) => sum + count, 0)
  return total.map((_, slice) => around(bad, slice) / Math.max(around(total, slice), 1))
}

/** The counts of all pods in each slice. */
export function sumsOf(
  rows: readonly (readonly (number | null)[] | null)[],
  slices: number,
): readonly number[] {
  return Array.from({ length: slices }, (_, slice) =>
    rows.reduce((sum, row) => sum + countOf(row?.[slice]), 0),
  )
}

const countOf = (sample: number | null | undefined): number =>
  sample !== null && sample !== undefined && Number.isFinite(sample) ? sample : 0
