import type { BadSamples } from './pod-counts.ts'
import type { Arm, GaugeData, Pod } from './recording.ts'

/** Pods' levels on the scale they are compared on: logarithmic where all are positive, else relative to stable. */
export interface GaugeLevels {
  readonly rows: readonly GaugeRow[]
  readonly bad: BadSamples
  /** Puts a level of the metric's own unit on this scale. */
  toScale(level: number): number
  fromScale(value: number): number
  /** What "`ratio` times as much" is on this scale, as a difference. */
  ratioToScale(ratio: number): number
  scaleToRatio(difference: number): number
}

export interface GaugeRow {
  readonly name: string
  readonly arm: Arm
  readonly aggregate: boolean
  /** NaN = no sample. */
  readonly values: Float64Array
}

/** Undefined where stable is zero throughout: nothing can be relative to it. */
export function gaugeLevels(data: GaugeData, pods: readonly Pod[]): GaugeLevels | undefined {
  const bad: BadSamples = { notFinite: 0, negative: 0, aboveTotal: 0, notWhole: 0 }
  const rows = pods.flatMap((pod, j) => {
    const series = data.value[j]
    if (!series) return []
    const values = Float64Array.from(series, (y) => {
      if (y === null) return Number.NaN
      if (!Number.isFinite(y)) bad.notFinite++
      return Number.isFinite(y) ? y : Number.NaN
    })
    return [{ name: pod.name, arm: pod.arm, aggregate: pod.aggregate ?? false, values }]
  })
  const allPositive = rows.every((row) => row.values.every((y) => Number.isNaN(y) || y > 0))
  if (allPositive) return logLevels(rows, bad)
  return relativeLevels(rows, bad)
}

function logLevels(rows: readonly GaugeRow[], bad: BadSamples): GaugeLevels {
  return {
    rows: rows.map((row) => ({ ...row, values: row.values.map(Math.log) })),
    bad,
    toScale: Math.log,
    fromScale: Math.exp,
    ratioToScale: Math.log,
    scaleToRatio: Math.exp,
  }
}

function relativeLevels(rows: readonly GaugeRow[], bad: BadSamples): GaugeLevels | undefined {
  let sum = 0
  let count = 0
  for (const row of rows.filter((candidate) => candidate.arm === 'stable')) {
    for (const y of row.values) {
      if (Number.isNaN(y)) continue
      sum += Math.abs(y)
      count++
    }
  }
  if (sum === 0) return undefined
  const unit = sum / count
  return {
    rows: rows.map((row) => ({ ...row, values: row.values.map((y) => y / unit) })),
    bad,
    toScale: (level) => level / unit,
    fromScale: (value) => value * unit,
    ratioToScale: (ratio) => ratio - 1,
    scaleToRatio: (difference) => 1 + difference,
  }
}
