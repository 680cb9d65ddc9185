import { median } from 'simple-statistics'
import { type BadSamples, noBadSamples } from '../../counts/pod-counts.ts'
import type { SeriesPolicy } from '../../model/policy.ts'
import type { Arm, Pod, SeriesData } from '../../model/recording.ts'
import { valueAt } from '../../model/value-at.ts'

/** Both arms on the scale on which they are compared: logarithms for ratios, else the values themselves. */
export interface SeriesValues {
  /** By slice of the recording; NaN = no value. */
  readonly canary: Float64Array
  readonly stable: Float64Array
  readonly bad: BadSamples
  fromScale(value: number): number
  /** The usual size of stable's values on this scale, as a unit of small differences. */
  readonly unit: number
}

/** Numbers beyond this are bad samples, since their squares do not fit into a number. */
const LARGEST = 1e60
/**
 * On a logarithmic scale lower values count as this part of stable's usual level, so that a value of zero is a large
 * difference and not an endless one.
 */
const LEAST_PART = 0.05

/** Undefined where there is no ratio: stable's usual level before the rollout is not positive. */
export function seriesValues(
  metric: SeriesPolicy,
  data: SeriesData,
  pods: readonly Pod[],
  start: number,
): SeriesValues | undefined {
  const bad = noBadSamples()
  const canary = armMean(data, pods, 'canary', bad)
  const stable = armMean(data, pods, 'stable', bad)
  const known = stable.slice(0, start).filter((y) => !Number.isNaN(y))
  if (metric.compare === 'difference') {
    const unit = known.length === 0 ? 0 : median(Array.from(known, (y) => Math.abs(y)))
    return { canary, stable, bad, unit, fromScale: (value) => value }
  }
  const usual = known.length === 0 ? undefined : median([...known])
  if (usual !== undefined && !(usual > 0)) return undefined
  const log = (y: number): number => logOf(Math.max(y, LEAST_PART * (usual ?? 0)))
  return { canary: canary.map(log), stable: stable.map(log), bad, unit: 1, fromScale: Math.exp }
}

const logOf = (y: number): number => (y > 0 ? Math.log(y) : Number.NaN)

/** An arm has one row; several count with their mean. */
function armMean(data: SeriesData, pods: readonly Pod[], arm: Arm, bad: BadSamples): Float64Array {
  const own = data.value.filter((row, j) => row !== null && pods[j]?.arm === arm)
  const slices = Math.max(0, ...data.value.map((row) => row?.length ?? 0))
  const sums = new Float64Array(slices)
  const counts = new Float64Array(slices)
  for (const row of own) {
    row?.forEach((y, k) => {
      if (y === null) return
      if (!Number.isFinite(y)) bad.notFinite++
      else if (Math.abs(y) > LARGEST) bad.tooLarge++
      else {
        sums[k] = valueAt(sums, k) + y
        counts[k] = valueAt(counts, k) + 1
      }
    })
  }
  return sums.map((sum, k) => (valueAt(counts, k) > 0 ? sum / valueAt(counts, k) : Number.NaN))
}
