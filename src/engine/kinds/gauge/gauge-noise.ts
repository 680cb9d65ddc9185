import { valueAt } from '../../model/value-at.ts'
import { type Autocovariance, lagBin } from '../../noise/clustered-sum.ts'
import { MIN_PODS, MIN_SLICES } from '../../noise/dispersion.ts'
import { learnAnew, type Recall } from '../../noise/recall.ts'
import { LAST_LAG, laggedProducts, smoothed } from '../../noise/pod-autocovariance.ts'
import type { GaugeRow } from './gauge-levels.ts'

/** How pods' levels differ from their arm's mean, by lag. */
export interface GaugeNoise {
  readonly autocovariance: Autocovariance
  readonly inflation: number
  readonly pods: number
  /** False where the noise is assumed, because there are too few pods or too little history. */
  readonly learned: boolean
}

/** The variance between pods that is assumed where history does not show it. It never averages out over time. */
const ASSUMED_VARIANCE = 0.15 ** 2

export function learnGaugeNoise(
  stable: readonly GaugeRow[],
  slices: number,
  recall: Recall<Autocovariance> = learnAnew,
): GaugeNoise {
  const pods = stable.filter(
    (row) => !row.aggregate && row.values.slice(0, slices).some((y) => !Number.isNaN(y)),
  )
  if (pods.length < MIN_PODS || slices < MIN_SLICES) return assumedNoise()
  return {
    autocovariance: recall({ rows: pods.map(({ values }) => values), slices, settings: [] }, () =>
      levelAutocovariance(pods, slices),
    ),
    inflation: (pods.length + 1) / (pods.length - 1),
    pods: pods.length,
    learned: true,
  }
}

function assumedNoise(): GaugeNoise {
  const v = ASSUMED_VARIANCE
  return { autocovariance: [v, v, v, v, v, v, v], inflation: 1, pods: 2, learned: false }
}

function levelAutocovariance(pods: readonly GaugeRow[], slices: number): Autocovariance {
  const { excess, present } = excessTable(pods, slices)
  const weights = new Float64Array(7)
  for (let lag = 0; lag <= LAST_LAG; lag++) {
    const bin = lagBin(lag)
    for (let t = 0; t + lag < slices; t++) {
      const [one, other] = [present[t] ?? 0, present[t + lag] ?? 0]
      const most = Math.max(one, other)
      if (most >= 2) weights[bin] = valueAt(weights, bin) + Math.min(one, other) * (1 - 1 / most)
    }
  }
  return smoothed(laggedProducts(excess), weights)
}

/** The pods' levels minus the mean of the arm in that slice, [pod][slice]; 0 where a pod has no level. */
function excessTable(
  pods: readonly GaugeRow[],
  slices: number,
): { readonly excess: readonly Float64Array[]; readonly present: Float64Array } {
  const excess = pods.map(() => new Float64Array(slices))
  const present = new Float64Array(slices)
  for (let t = 0; t < slices; t++) {
    let sum = 0
    let count = 0
    for (const pod of pods) {
      const y = pod.values[t] ?? Number.NaN
      if (Number.isNaN(y)) continue
      sum += y
      count++
    }
    present[t] = count
    for (const [j, pod] of pods.entries()) {
      const y = pod.values[t] ?? Number.NaN
      const row = excess[j]
      if (row !== undefined && !Number.isNaN(y)) row[t] = y - sum / count
    }
  }
  return { excess, present }
}
