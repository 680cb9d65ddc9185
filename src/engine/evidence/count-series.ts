import { learnDispersion, type Dispersion } from '../noise/dispersion.ts'
import type { HistoryMemory } from '../noise/history-memory.ts'
import { learnNoise, type Noise } from '../noise/noise.ts'
import type { PodCounts } from '../counts/pod-counts.ts'
import { type Arms, type SliceWindow, sliceArms, swapArms } from '../counts/slices.ts'

/** The counts of one metric in both arms, with their noise. Every test of a share of requests works on it. */
export interface CountSeries {
  readonly arms: Arms
  /** The arms, exchanged where necessary so that a ratio above 1 is harm. */
  readonly facing: Arms
  readonly dispersion: Dispersion
  readonly noise: Noise
}

export interface CountSeriesInput {
  readonly pods: readonly PodCounts[]
  readonly window: SliceWindow
  readonly tau: number
  readonly lessIsWorse: boolean
  /** Arms with some events left out (bursts capped); undefined = all of them. */
  readonly arms?: Arms
  readonly dispersion?: Dispersion
  /** Factor on the standard deviation of what pods add, by slice; 1 unless given. */
  readonly scale?: Float64Array
  readonly memory?: HistoryMemory | undefined
}

export function makeCountSeries(input: CountSeriesInput): CountSeries {
  const { pods, window, tau, lessIsWorse } = input
  const stable = pods.filter((pod) => pod.arm === 'stable')
  const arms = input.arms ?? sliceArms(pods, window)
  const facing = lessIsWorse ? swapArms(arms) : arms
  const dispersion =
    input.dispersion ??
    learnDispersion(
      stable,
      window.start,
      window.learnsOn === true ? window.plan.slices : 0,
      input.memory?.covariance,
    )
  const noise = learnNoise({
    arms,
    facing,
    lessIsWorse,
    dispersion,
    tau,
    restarts: window.plan.restarts,
    ...(input.scale === undefined ? {} : { scale: input.scale }),
  })
  return { arms, facing, dispersion, noise }
}
