import type { RolloutPlan } from '../../model/rollout-plan.ts'
import { logSumExp } from '../../stats/log-sum-exp.ts'
import { logTMixture, tOfMixture } from '../../stats/t-mixture.ts'
import type { SeriesNoise } from './series-noise.ts'

/** The mean of some slices of the rollout, and what is known of its noise. */
export interface Mean {
  readonly value: number
  readonly error: number
  readonly df: number
  /** The variance of a single slice divided by that of the mean. */
  readonly worth: number
}

/** Effects that are looked for: their variance in units of that of one slice. */
const EFFECTS = [1, 10, 100] as const
/** With fewer changes from slice to slice, nothing is known of how noisy the canary is. */
const LEAST_CHANGES = 5
/** Changes from slice to slice share slices, so that they are worth fewer degrees of freedom. */
const CHANGE_DF = 2 / 3

/**
 * For each slice `t` the mean of `worse` since slice `from`; undefined while too little is known. The noise has the
 * shape that stable's past has, and is at least as large. Where the difference of the arms changes more from slice to
 * slice than two arms like stable would, it is larger by that factor.
 */
export function meansFrom(
  worse: Float64Array,
  noise: SeriesNoise,
  from: number,
): readonly (Mean | undefined)[] {
  const means: (Mean | undefined)[] = []
  let [sum, n, squares, changes] = [0, 0, 0, 0]
  let before = Number.NaN
  for (let t = 0; t < worse.length; t++) {
    const value = t < from ? Number.NaN : (worse[t] ?? Number.NaN)
    if (!Number.isNaN(value)) {
      if (n > 0) {
        squares += (value - before) ** 2
        changes++
      }
      before = value
      sum += value
      n++
    }
    means.push(changes < LEAST_CHANGES ? undefined : meanOf(noise, { sum, n, squares, changes }))
  }
  return means
}

interface Sums {
  readonly sum: number
  readonly n: number
  readonly squares: number
  readonly changes: number
}

function meanOf(noise: SeriesNoise, { sum, n, squares, changes }: Sums): Mean | undefined {
  const change = squares / (2 * changes)
  // noise that stable's past lacks altogether is taken to last
  const noisier = noise.single > 0 ? Math.max(1, change / (2 * noise.single)) : 1
  const more = noise.single > 0 ? 0 : change
  const learned = (slices: number): number => 2 * noisier * noise.variance(slices) + more
  const variance = learned(n) + 2 * noise.least
  if (!(variance > 0)) return undefined
  const df = 1 / (1 / noise.df(n) + 1 / (CHANGE_DF * changes))
  return {
    value: sum / n,
    error: Math.sqrt(variance),
    // what is assumed and not learned has no error of its own
    df: learned(n) > 0 ? df * (variance / learned(n)) ** 2 : Infinity,
    worth: (learned(1) + 2 * noise.least) / variance,
  }
}

/** ln e by slice that the canary is worse by more than `tolerance`, from the start or from the beginning of a step. */
export function harmPath(worse: Float64Array, noise: SeriesNoise, setting: HarmSetting): Float64Array {
  const { tolerance, from, latest, restarts } = setting
  const paths = restarts.map((restart) => ({
    ...restart,
    means: meansFrom(worse, noise, Math.max(restart.from, from)),
  }))
  return worse.map((_, t) => {
    const begun = paths.filter((path) => path.from <= t)
    const waiting = 1 - begun.reduce((sum, { weight }) => sum + weight, 0)
    const logs = begun.map(({ from: first, weight, means }) => {
      const mean = means[t]
      // no evidence that could matter, and a long rollout has many beginnings
      if (first > 0 && mean !== undefined && mean.value <= tolerance) return -Infinity
      return Math.log(weight) + logAbove(mean, tolerance)
    })
    const log = logSumExp(waiting > 1e-12 ? [...logs, Math.log(waiting)] : logs)
    return (latest[t] ?? -Infinity) > tolerance ? log : Math.min(log, 0)
  })
}

export interface HarmSetting {
  readonly tolerance: number
  /** The first slice that is compared. */
  readonly from: number
  /** Evidence of harm counts only where the latest values are worse than tolerated too. */
  readonly latest: Float64Array
  readonly restarts: RolloutPlan['restarts']
}

/** ln e by slice that the canary is worse by less than `margin`. */
export function goodPath(means: readonly (Mean | undefined)[], margin: number): Float64Array {
  return Float64Array.from(means, (mean) =>
    mean === undefined ? 0 : logAbove({ ...mean, value: -mean.value }, -margin),
  )
}

function logAbove(mean: Mean | undefined, bound: number): number {
  if (mean === undefined) return 0
  const t = (mean.value - bound) / mean.error
  return (
    logSumExp(EFFECTS.map((effect) => logTMixture(t, mean.df, effect * mean.worth))) -
    Math.log(EFFECTS.length)
  )
}

/** The interval that the mean leaves at all looks together; undefined where so few data leave all. */
export function intervalOf(
  mean: Mean,
  log: number,
): { readonly low: number; readonly high: number } | undefined {
  const t = tOfMixture(log, mean.df, EFFECTS[1] * mean.worth)
  return t === undefined ? undefined : { low: mean.value - t * mean.error, high: mean.value + t * mean.error }
}
