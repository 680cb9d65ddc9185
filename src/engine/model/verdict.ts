import type { MetricKind } from './policy.ts'
import type { SourceProblemCode } from './recording.ts'

export type Outcome = 'pass' | 'fail' | 'inconclusive'

/** Every reason the judge can give; each is documented in docs/statistics.md. */
export const reasonCodes = [
  // the canary is bad
  'worse',
  'jointly-worse',
  'worse-at-gate',
  'crashing',
  'over-limit',
  'failed-before',
  'stable-better',
  'each-better',
  // the canary is good enough
  'canary-better',
  'no-difference',
  'within-margin',
  'no-sign-of-harm',
  'not-failed',
  'passed-before',
  // we cannot tell
  'sign-of-harm',
  'over-budget',
  'needs-more-data',
  'not-decidable',
  'warming-up',
  'soaking',
  'no-canary-traffic',
  'no-stable-traffic',
  'no-canary-data',
  'no-stable-data',
  'metric-missing',
  'history-missing',
  'history-short',
  'one-pod',
  'histogram-too-coarse',
  'no-bound-for-limit',
  'both-arms-failing',
  'traffic-share',
  'no-control',
  'never-failed',
  'restarting',
  'all-zero-stable',
  'bad-samples',
  // the policy or a person decides
  'hold-expired',
  'gate-policy',
  'mode-pause',
  'mode-observe',
  'approval-needed',
  'approved',
  'rejected',
  'held',
  // other rollouts of the group
  'group-failed',
  'group-waiting',
  'group-passed',
  'overloaded',
  // the caller
  'few-looks',
  'start-ignored',
  'unknown-canary',
  'selected-users',
  // the run
  'older-policy',
] as const

export type ReasonCode = (typeof reasonCodes)[number] | SourceProblemCode

/** Which arm is better. `each-better`: each in something else. */
export const winnerAnswers = [
  'canary-better',
  'stable-better',
  'each-better',
  'no-difference',
  'undecided',
] as const

export type WinnerAnswer = (typeof winnerAnswers)[number]

/** The answer of a policy that decides for a winner. */
export interface Winner {
  readonly answer: WinnerAnswer
  /** The chance of such an answer where it is wrong is at most this; absent where the answer is undecided. */
  readonly error?: number
  /** What the error means. */
  readonly text: string
}

export interface Reason {
  readonly code: ReasonCode
  readonly metric?: string
  readonly text: string
}

export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** What one arm showed in one metric: a share of events, or a level. */
export interface ArmNumbers {
  readonly events?: number
  readonly of?: number
  /** A share of requests (errors, conversion), a quantile in seconds (latency) or a mean level (gauge, series). */
  readonly value?: number
  readonly pods?: number
}

export interface MetricVerdict {
  readonly name: string
  readonly kind: MetricKind
  readonly judged: Outcome
  readonly required: boolean
  readonly canary: ArmNumbers
  readonly stable: ArmNumbers
  /** Canary divided by stable: rates, quantiles or levels; 1 = equal. */
  readonly ratio?: Interval
  /** Canary minus stable in the metric's own unit, where the arms are not compared by their ratio. */
  readonly difference?: Interval
  /** The direction in which a series is worse. */
  readonly harm?: 'up' | 'down'
  /** The bucket bounds at which latency was compared, in seconds. */
  readonly bounds?: readonly number[]
  /** E-value against "not beyond the tolerance": 1/α and more is proof of harm. */
  readonly evidence: number
  /** Under `decide: winner`, which arm is better in this metric. */
  readonly winner?: WinnerAnswer
  /** E-value against "worse than the margin": 1/β and more is proof of being good enough. */
  readonly passEvidence?: number
  readonly tolerance: number
  readonly margin?: number
  /**
   * Minutes of traffic like now until this metric can be judged; undefined where it is judged or nothing can be
   * predicted.
   */
  readonly neededMinutes?: number
  /** How many times noisier than independent requests. */
  readonly dispersion?: number
  readonly reasons: readonly Reason[]
}

export interface StepVerdict {
  readonly index: number
  readonly weight?: number
  readonly next?: number
  readonly slice: number
  readonly ends?: number
  readonly atGate: boolean
  readonly passed: boolean
}

/** What the engine concludes from a recording at one look. */
export interface Verdict {
  /** What the statistics say. */
  readonly judged: Outcome
  /** What is answered after the policy's mode and gate rules. */
  readonly verdict: Outcome
  /** 0 fail … 50 no evidence … 100 pass; docs/statistics.md has the formula. */
  readonly score: number
  /** One line under 200 characters without `< > &`. */
  readonly summary: string
  readonly reasons: readonly Reason[]
  readonly metrics: readonly MetricVerdict[]
  readonly step?: StepVerdict
  /** Under `decide: winner`. */
  readonly winner?: Winner
  /** The first slice with a fail. A later look does not take it back. */
  readonly firstFail?: number
  readonly window: { readonly from: string; readonly to: string; readonly at: number }
}
