/** One pod's value in one slice; `null` = the pod gave no sample. NaN and ±Infinity may occur and are named. */
export type Sample = number | null

/** `[slice]` of one pod; `null` = the pod does not have this metric. */
export type PodSeries = readonly Sample[] | null

export type Arm = 'canary' | 'stable'

export interface Pod {
  readonly name: string
  readonly arm: Arm
  /** The sum over an arm whose single pods are not known. */
  readonly aggregate?: boolean
}

export interface RecordedStep {
  /** First slice at this weight. */
  readonly slice: number
  /** First slice after it: the look that includes slice `ends − 1` is the step's gate. */
  readonly ends: number
  /** Percent of the traffic that goes to the canary. */
  readonly weight: number
  /** The weight that follows when the step passes. */
  readonly next?: number
}

export interface ErrorsData {
  readonly kind: 'errors'
  readonly bad: readonly PodSeries[]
  readonly total: readonly PodSeries[]
}

export interface ConversionData {
  readonly kind: 'conversion'
  readonly good: readonly PodSeries[]
  readonly total: readonly PodSeries[]
}

export interface LatencyData {
  readonly kind: 'latency'
  /** Bucket bounds in seconds, ascending. */
  readonly bounds: readonly number[]
  /** `[pod][bound][slice]`: how many requests were slower than the bound. */
  readonly above: readonly (readonly (readonly Sample[])[] | null)[]
  readonly total: readonly PodSeries[]
  /** The stable arm's history over all bounds, where `bounds` holds only those chosen from it. */
  readonly shape?: LatencyShape
}

export interface LatencyShape {
  readonly bounds: readonly number[]
  readonly above: readonly number[]
  readonly total: number
}

export interface GaugeData {
  readonly kind: 'gauge'
  readonly value: readonly PodSeries[]
}

export interface RestartsData {
  readonly kind: 'restarts'
  /** How often the pod's containers restarted in the slice; 0 where the pod was there. */
  readonly restarts: readonly PodSeries[]
}

export interface SeriesData {
  readonly kind: 'series'
  /** One value for each arm, in the rows of its aggregate. */
  readonly value: readonly PodSeries[]
}

export type MetricData = ErrorsData | ConversionData | LatencyData | GaugeData | RestartsData | SeriesData

/** What the source saw and cannot be written as samples. It is part of the recording, so that a replay has it too. */
export interface SourceProblem {
  readonly code: SourceProblemCode
  readonly metric?: string
  readonly text: string
}

/** Problems that do not explain why a metric has no data. */
export const sourceRemarkCodes = [
  'counter-reset',
  'gap',
  'clock-skew',
  'late-samples',
  'coarse-scrape',
  'mixed-series',
] as const

export const sourceProblemCodes = [
  'source-down',
  'source-timeout',
  'source-refused',
  'source-partial',
  'source-invalid',
  'source-too-large',
  'no-canary-series',
  'no-stable-series',
  'duplicate-target',
  ...sourceRemarkCodes,
] as const

export type SourceProblemCode = (typeof sourceProblemCodes)[number]

/** All data of one run, as it was fetched. It and the policy are the engine's only input. Slice numbers begin at 0. */
export interface Recording {
  readonly format: 'canary-judge/recording/1'
  readonly id?: string
  readonly sliceSeconds: number
  /** Start of slice 0, RFC 3339. */
  readonly start: string
  readonly slices: number
  /** First slice of the run. The slices before it are history, which only stable has. */
  readonly rolloutStart: number
  /** How many steps the plan has. */
  readonly gates?: number
  readonly steps?: readonly RecordedStep[]
  readonly pods: readonly Pod[]
  readonly metrics: Readonly<Record<string, MetricData>>
  readonly problems?: readonly SourceProblem[]
}
