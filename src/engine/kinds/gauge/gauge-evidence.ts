import { valueAt } from '../../model/value-at.ts'
import { logAddExp } from '../../stats/log-add-exp.ts'
import { logNormalMixture } from '../../stats/normal-mixture.ts'
import { normalSf } from '../../stats/normal-sf.ts'
import { studentTSf } from '../../stats/student-t-sf.ts'
import { latestMeans } from '../../evidence/latest-means.ts'
import { clusteredSum } from '../../noise/clustered-sum.ts'
import type { GaugeLevels, GaugeRow } from './gauge-levels.ts'
import type { HistoryMemory } from '../../noise/history-memory.ts'
import { type GaugeNoise, learnGaugeNoise } from './gauge-noise.ts'
import { runningTrend } from './gauge-trend.ts'
import type { SliceWindow } from '../../counts/slices.ts'

/** Level and trend of a gauge, canary against stable, slice by slice of the rollout. */
export interface GaugeEvidence {
  readonly noise: GaugeNoise
  /** Whether the slice has both arms. */
  readonly counts: Float64Array
  readonly canaryMean: Float64Array
  readonly stableMean: Float64Array
  /** Running mean of the differences, and its information. */
  readonly meanDifference: Float64Array
  readonly information: Float64Array
  /** ln e that the canary is above stable by more than `difference`, in level or in trend. */
  harm(difference: number): Float64Array
  /** ln e that the canary is above stable by less than `difference`. */
  pass(difference: number): Float64Array
  passP(difference: number, t: number): number | undefined
  /** ln e that the canary's own level is above `level`. */
  above(level: number): Float64Array
}

/** Prior precision: of a level worth finding, and of a level worth ruling out. */
const HARM_PRIOR = 1 / 0.3 ** 2
const PASS_PRIOR = 1 / 0.2 ** 2
/** How many times more a level varies over several slices than from one slice to the next. */
const SLOWER = 2

export function gaugeEvidence(
  levels: GaugeLevels,
  window: SliceWindow,
  sliceSeconds: number,
  memory?: HistoryMemory,
): GaugeEvidence {
  const canary = armLevels(levels.rows, 'canary', window)
  const stable = armLevels(levels.rows, 'stable', window)
  const noise = learnGaugeNoise(
    levels.rows.filter((row) => row.arm === 'stable'),
    window.start,
    memory?.levels,
  )
  const counts = canary.mean.map((_, t) =>
    valueAt(canary.pods, t) > 0 && valueAt(stable.pods, t) > 0 ? 1 : 0,
  )
  const differences = canary.mean.map((y, t) => y - valueAt(stable.mean, t))
  const lone = stable.shares.map((share) =>
    share.map((f, t) => (valueAt(stable.pods, t) < 2 ? f * Math.SQRT1_2 : f)),
  )
  const level = runningMean(counts, differences, [...canary.shares, ...lone], noise)
  const straying = withSeriesNoise(level, counts, differences, noise)
  const compared = differences.map((difference, t) => (counts[t] === 1 ? difference : Number.NaN))
  const latest = latestMeans(compared, counts.indexOf(1) + window.warmup)
  const own = runningMean(
    canary.pods.map((pods) => (pods > 0 ? 1 : 0)),
    canary.mean,
    canary.shares,
    noise,
  )
  const trend = runningTrend(counts, differences, [...canary.shares, ...lone], noise, sliceSeconds / 60)
  return {
    noise,
    counts,
    canaryMean: canary.mean,
    stableMean: stable.mean,
    meanDifference: level.mean,
    information: level.information,
    harm: (difference) => {
      const byLevel = oneSided(straying, (mean) => mean - difference, HARM_PRIOR)
      const whole = noise.learned ? withTrend(byLevel, trend) : byLevel
      // evidence from a mean or a line counts only while the level itself is, and has been, beyond the
      // tolerance
      return whole.map((log, t) => ((latest[t] ?? -Infinity) > difference ? log : Math.min(log, 0)))
    },
    pass: (difference) => oneSided(level, (mean) => difference - mean, PASS_PRIOR),
    passP: (difference, t) => {
      const information = level.information[t] ?? 0
      if (information <= 0) return undefined
      const z = (difference - valueAt(level.mean, t)) * Math.sqrt(information)
      return z > 0 ? studentTSf(z, noise.pods - 1) : normalSf(z)
    },
    above: (limit) => oneSided(own, (mean) => mean - limit, HARM_PRIOR),
  }
}

interface RunningMean {
  readonly mean: Float64Array
  readonly information: Float64Array
}

/** Mean over the slices so far, and one over its variance when pods differ lastingly. */
function runningMean(
  counts: Float64Array,
  values: Float64Array,
  shares: readonly Float64Array[],
  noise: GaugeNoise,
): RunningMean {
  const variance =
    clusteredSum(counts, shares, noise.autocovariance, [0])[0] ?? new Float64Array(counts.length)
  const mean = new Float64Array(counts.length)
  const information = new Float64Array(counts.length)
  let sum = 0
  let n = 0
  for (let t = 0; t < counts.length; t++) {
    if (counts[t] === 1) {
      sum += values[t] ?? 0
      n++
    }
    if (n === 0) continue
    mean[t] = sum / n
    // with pods that never differ the variance would be 0 and the mean exact
    information[t] = n ** 2 / Math.max(valueAt(variance, t) * noise.inflation, 1e-9 * n ** 2)
  }
  return { mean, information }
}

/** A normal mixture over effects on one side: an e-process on the scale of information. */
function oneSided(level: RunningMean, effect: (mean: number) => number, prior: number): Float64Array {
  return level.mean.map((mean, t) => {
    const information = level.information[t] ?? 0
    return information > 0 ? logNormalMixture(effect(mean) * information, information, prior) : 0
  })
}

/** Adds the evidence of a growing difference, which shows a leak. */
function withTrend(byLevel: Float64Array, trend: Float64Array): Float64Array {
  return byLevel.map((log, t) => logAddExp(log, valueAt(trend, t)) - Math.LN2)
}

/** Where the pods do not show the noise, it is learned from how much the series varies from slice to slice. */
function withSeriesNoise(
  level: RunningMean,
  counts: Float64Array,
  differences: Float64Array,
  noise: GaugeNoise,
): RunningMean {
  if (noise.learned) return level
  let [squares, pairs, n] = [0, 0, 0]
  let before: number | undefined
  const information = level.information.map((known, t) => {
    if (counts[t] !== 1) return known
    const difference = differences[t] ?? 0
    n++
    if (before !== undefined) {
      squares += (difference - before) ** 2
      pairs++
    }
    before = difference
    const own = pairs > 0 ? (SLOWER * squares) / (2 * pairs * n) : 0
    return known > 0 ? 1 / (1 / known + own) : known
  })
  return { mean: level.mean, information }
}

interface ArmLevels {
  readonly mean: Float64Array
  readonly pods: Float64Array
  /** Each pod's weight in the arm's mean. */
  readonly shares: readonly Float64Array[]
}

function armLevels(rows: readonly GaugeRow[], arm: 'canary' | 'stable', window: SliceWindow): ArmLevels {
  const T = window.plan.slices
  const own = rows
    .filter((row) => row.arm === arm)
    .map((row) => row.values.slice(window.start, window.start + T))
  const pods = new Float64Array(T)
  const mean = new Float64Array(T)
  for (const values of own) {
    values.forEach((value, t) => {
      if (!Number.isNaN(value)) pods[t] = valueAt(pods, t) + 1
    })
  }
  for (const values of own) {
    values.forEach((value, t) => {
      if (!Number.isNaN(value)) mean[t] = valueAt(mean, t) + value / (pods[t] ?? 1)
    })
  }
  const shares = own.map((values) => values.map((value, t) => (Number.isNaN(value) ? 0 : 1 / (pods[t] ?? 1))))
  return { mean, pods, shares }
}
