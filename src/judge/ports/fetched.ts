import type { MetricPolicy } from '../../engine/model/policy.ts'
import type { Arm, LatencyShape, Recording, SourceProblem } from '../../engine/model/recording.ts'

/** What a source fetched for one look, not yet a recording. */
export interface Fetched {
  /** Numbers in typed arrays, which are sent to another thread in a fraction of the time that a recording takes. */
  readonly data: FetchedData
  /** Makes the recording from `data`, in this thread. */
  recording(): Recording
}

export interface FetchedData {
  /** Of the recording. */
  readonly id: string
  readonly sliceSeconds: number
  /** Start of slice 0, in Unix seconds. */
  readonly start: number
  /** The slice that holds the start of the run. */
  readonly rolloutStart: number
  readonly slices: number
  readonly metrics: readonly FetchedMetric[]
  readonly problems: readonly SourceProblem[]
}

export interface FetchedMetric {
  readonly metric: MetricPolicy
  /** Metrics of one histogram have the same counts. */
  readonly counts: FetchedCounts
  /** Which numbers of a row, beside the first, are the bad or good events, or the requests slower than each bound. */
  readonly parts: readonly number[]
  /** Of a latency, in seconds. */
  readonly bounds: readonly number[]
  readonly shape?: LatencyShape
  readonly problems: readonly SourceProblem[]
}

/** The counts of pods, or the levels of a gauge, by slice. */
export interface FetchedCounts {
  /** In the order in which samples of one pod are added up. */
  readonly rows: readonly FetchedRow[]
  /** Numbers of a row in one slice: first the requests, attempts or level, and then the parts. */
  readonly width: number
  readonly slices: number
  readonly chunks: readonly Chunk[]
}

export interface FetchedRow {
  readonly arm: Arm
  /** Undefined where only whole arms are known. */
  readonly pod: string | undefined
  /** Its position among the rows of each chunk. */
  readonly place: number
}

/** The numbers of some slices in a row, ordered by slice, then by row. */
export interface Chunk {
  readonly slices: number
  /** How many rows were known at that time. */
  readonly rows: number
  readonly data: Float32Array | Float64Array
}
