import type { Arm, Sample, SourceProblem } from '../analysis/recording.ts'

/** One pod's samples of one metric, or a whole arm's where pods are not known. */
export interface PodRow {
  readonly pod: string | undefined
  readonly arm: Arm
  /** Requests, attempts, or the level of a gauge. */
  readonly total: readonly Sample[]
  /** Bad or good events; per bound the requests that were slower. */
  readonly parts: readonly (readonly Sample[])[]
}

export interface MetricRows {
  readonly rows: readonly PodRow[]
  /** Of a latency, in seconds. */
  readonly bounds: readonly number[]
  readonly problems: readonly SourceProblem[]
}

/** Samples of several rows as one: null only where all are. */
export function addUp(rows: readonly (readonly Sample[])[], mean = false): readonly Sample[] {
  const [first = [], ...others] = rows
  if (others.length === 0) return first
  const sums = first.slice()
  const counts = first.map((value) => Number(value !== null))
  for (const row of others) {
    for (let k = 0; k < sums.length; k++) {
      const value = row[k] ?? null
      if (value === null) continue
      sums[k] = value + (sums[k] ?? 0)
      counts[k] = (counts[k] ?? 0) + 1
    }
  }
  return mean ? sums.map((sum, k) => (sum === null ? null : sum / (counts[k] ?? 1))) : sums
}
