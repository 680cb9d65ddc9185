import type { MetricPolicy, Policy } from '../model/policy.ts'
import type { Pod } from '../model/recording.ts'
import type { SharedBounds } from './shared-bounds.ts'
import type { HistoryMemory } from '../noise/history-memory.ts'
import type { Arms, SliceWindow } from '../counts/slices.ts'
import type { ArmNumbers, Interval, Reason } from '../model/verdict.ts'

/** What judging every metric of a run needs. */
export interface MetricContext {
  readonly policy: Policy
  readonly pods: readonly Pod[]
  readonly window: SliceWindow
  readonly sliceSeconds: number
  readonly memory?: HistoryMemory | undefined
  /** Of all latency metrics; undefined = each computes its own. */
  readonly shared?: SharedBounds
}

/** Everything the engine knows of one metric along a rollout; slices are counted from the rollout's start. */
export interface MetricEvidence {
  readonly policy: MetricPolicy
  /** The first slice whose look can judge the metric. Before it, stable has no data that define the comparison. */
  readonly judgeableFrom: number
  /** ln e by slice that the canary is worse than tolerated. */
  readonly harm: Float64Array
  /** Rules about the canary's own level, each with its own ln e. */
  readonly rules: readonly AbsoluteRule[]
  /** ln e by slice that the canary is within the margin of a step; undefined where there is nothing to show. */
  pass(next: number): Float64Array | undefined
  /** P-value of harm for a gate; undefined where gates must not fail on this metric. */
  harmP(t: number): number | undefined
  /** P-value of being worse than the step's margin. */
  passP(next: number, t: number): number | undefined
  /** Whether an arm had traffic (or a level) past its warm-up in the slice. */
  readonly canaryCounts: Float64Array
  readonly stableCounts: Float64Array
  /** Whether a canary pod past its warm-up was there; undefined = the same as where it had traffic. */
  readonly canaryTime?: Float64Array
  /** Whether an arm had any sample in the recording's rollout at all. */
  readonly hasCanary: boolean
  readonly hasStable: boolean
  /**
   * ln e by slice that the canary is worse than stable at all, or than a wide tolerance; undefined where the metric
   * shows no signs of harm.
   */
  readonly doubt?: Float64Array
  /** The bad outcomes that are not ruled out in so many slices at the weight `next`. */
  worst?(next: number, t: number, slices: number): WorstCase | undefined
  /** Remarks on the data that hold for the whole run. */
  readonly notes: readonly Reason[]
  numbers(t: number): MetricNumbers
  /** Minutes until a pass can be expected of a canary that is like stable. */
  minutesToPass(next: number, t: number, beta: number): number | undefined
  /** Why these data can never show that the metric is within the margin; undefined where more time may show it. */
  whyUndecidable?(next: number, t: number): string | undefined
  /** Why the noise is assumed and which data it could be learned from; undefined where it was learned. */
  readonly assumed?: string
  /** The numbers for the sentence of a fail between gates; undefined = the same as `numbers`. */
  harmNumbers?(t: number): MetricNumbers
  /** Minutes until a fail can be expected of a canary that stays as it looks; undefined where it looks tolerable. */
  minutesToFail(t: number, logThreshold: number): number | undefined
  /** Why no step may pass at this look, even if the metric is not required; undefined where a step may pass. */
  holds?(t: number): string | undefined
  /** Both arms, with pods that are warming up; undefined where requests are not counted. */
  readonly traffic?: Arms
}

/** Bad outcomes of a coming step. */
export interface WorstCase {
  /** How many more than stable: an upper 95 % bound. */
  readonly excess: number
  /** How many the whole service usually has in that time. */
  readonly usual: number
  /** Requests that the service gets in a minute. */
  readonly requestsPerMinute: number
}

export interface AbsoluteRule {
  readonly rule: 'crash' | 'limit'
  readonly harm: Float64Array
  /** Canary and stable as this rule sees them. */
  numbers(t: number): MetricNumbers
}

export interface MetricNumbers {
  readonly canary: ArmNumbers
  readonly stable: ArmNumbers
  readonly ratio?: Interval
  /** Canary minus stable, where the arms are not compared by their ratio. */
  readonly difference?: Interval
  readonly bounds?: readonly number[]
  readonly dispersion?: number
  /** The bound at which latency was compared, in seconds. */
  readonly bound?: number
  /** The quantile of each arm lies in this bucket. */
  readonly buckets?: {
    readonly canary?: readonly [number, number]
    readonly stable?: readonly [number, number]
  }
}
