import type { Arm, Sample } from '../analysis/recording.ts'
import type { SourceProblem } from '../analysis/recording.ts'

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
  return first.map((_, k) => {
    let sum = 0
    let count = 0
    for (const row of rows) {
      const value = row[k]
      if (value === null || value === undefined) continue
      sum += value
      count++
    }
    if (count === 0) return null
    return mean ? sum / count : sum
  })
}
