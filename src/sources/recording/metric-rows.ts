import type { Arm, Sample, SourceProblem } from '../../engine/model/recording.ts'

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
export function addUp(rows: readonly (readonly Sample[])[]): readonly Sample[] {
  const [first = [], ...others] = rows
  if (others.length === 0) return first
  const sums = first.slice()
  for (const row of others) {
    for (let k = 0; k < sums.length; k++) {
      const value = row[k]
      if (value === null || value === undefined) continue
      sums[k] = value + (sums[k] ?? 0)
    }
  }
  return sums
}

/** The same, of levels. */
export function meanOf(rows: readonly (readonly Sample[])[]): readonly Sample[] {
  if (rows.length < 2) return addUp(rows)
  return addUp(rows).map((sum, k) =>
    sum === null ? null : sum / rows.filter((row) => isKnown(row[k])).length,
  )
}

function isKnown(sample: Sample | undefined): boolean {
  return sample !== null && sample !== undefined
}
