import type { ShareCurve } from '../kinds/latency/share-curve.ts'
import type { Autocovariance } from '../noise/clustered-sum.ts'
import { LEAST_ERROR_CAP } from '../kinds/errors/errors-evidence.ts'
import { type CappedNoise, capFactor } from '../noise/bursts.ts'
import { type Dispersion, MIN_PODS } from '../noise/dispersion.ts'
import type { Arms } from '../counts/slices.ts'
import type { RolloutPlan } from '../model/rollout-plan.ts'

/** What a plan knows about a service: measured, or described by a few numbers. */
export interface PlannedService {
  /** Of both versions together. */
  readonly requestsPerMinute: number
  /** Of the stable version. */
  readonly pods: number
  readonly metrics: readonly ServiceMetric[]
}

/** How one metric of the policy behaves while nothing is wrong. */
export type ServiceMetric = CountedShare | LatencyShape

interface CommonMetric {
  /** The name of the metric in the policy. */
  readonly name: string
  /** The share of the requests that the metric counts. */
  readonly counted: number
}

export interface CountedShare extends CommonMetric {
  readonly kind: 'errors' | 'conversion'
  readonly share: number
  readonly noise: MetricNoise
}

export interface LatencyShape extends CommonMetric {
  readonly kind: 'latency'
  readonly curve: ShareCurve
  /** The bounds of the curve at which the noise is known. */
  readonly recorded: readonly number[]
  /** The noise of the share of requests above the recorded bound with this index. */
  noiseAt(index: number): MetricNoise
}

export interface MetricNoise {
  readonly plain: Dispersion
  /** The noise of counts whose bursts are capped; undefined where the engine would not cap. */
  capped?(rollout: { readonly arms: Arms; readonly plan: RolloutPlan }): CappedNoise | undefined
}

/** How pods of one version differ without a cause, as standard deviations of the logarithm of a rate. */
export interface PodSpread {
  /** The part that stays for a pod's whole life. */
  readonly podSd: number
  /** The part that comes and goes, and its correlation from one slice to the next. */
  readonly sd: number
  readonly rho: number
}

/** What the noise of a share depends on, besides the pods. */
export interface CountedService {
  readonly pods: number
  readonly share: number
  readonly requestsPerMinute: number
  /** How many further events come with one event. */
  readonly clump?: number
  readonly bursts?: Bursts
}

/** Slices in which a single pod has several times its events: the chances per slice to begin and to go on. */
export interface Bursts {
  readonly start: number
  readonly goOn: number
  readonly times: number
}

/** What bursts add to the autocovariance at a lag, when the counts are capped as the engine caps them. */
function burstCovariance({ start, goOn, times }: Bursts, eventsPerPod: number, lag: number): number {
  const share = start / (start + 1 - goOn)
  const above = Math.min(times, capFactor([eventsPerPod], LEAST_ERROR_CAP)) - 1
  return (share * (1 - share) * above ** 2 * (goOn - start) ** lag) / (1 + share * above) ** 2
}

/** So that a share of 0 has a noise too. */
const LEAST_EVENTS = 1e-9
/** The dispersion that a short history of few pods shows by chance. */
const BY_CHANCE = 1.15

/**
 * The noise that such pods show the engine. `steepness`: by how many percent a share changes when its rate changes by
 * 1 %.
 */
export function spreadNoise(
  { podSd, sd, rho }: PodSpread,
  service: CountedService,
  steepness = 1,
): Dispersion {
  const { pods, share, requestsPerMinute, clump = 0, bursts } = service
  const eventsPerSlice = Math.max(share * requestsPerMinute, LEAST_EVENTS)
  const at = (lag: number): number =>
    Math.expm1(steepness ** 2 * (podSd ** 2 + sd ** 2 * rho ** lag)) +
    (bursts === undefined ? 0 : burstCovariance(bursts, eventsPerSlice / Math.max(pods, 1), lag))
  if (pods < MIN_PODS) {
    const moving = at(0) - at(1)
    const factor = BY_CHANCE + clump + (eventsPerSlice * moving) / Math.max(pods, 1)
    const later = { factor: nothing, differences: nothing, slices: nothing }
    return { kind: 'arm', pods, factor, differences: HISTORY - 1, share, slices: HISTORY, later }
  }
  const lone = (clump * pods) / eventsPerSlice
  const autocovariance: Autocovariance = [at(0) + lone, at(1), at(2.5), at(5.5), at(11), at(22), at(45)]
  const inflation = (pods + 1) / (pods - 1)
  return {
    kind: 'pods',
    pods,
    autocovariance,
    lasting: autocovariance[6],
    clump,
    inflation,
    share,
    eventsPerSlice,
  }
}

/** The minutes of history that a judge has. */
const HISTORY = 120
const nothing = new Float64Array(0)
