/** A policy with every default filled in and every number in one unit, as the engine and the sources read it. */
export interface Policy {
  readonly name: string
  readonly source: string
  readonly select: Selection
  readonly slice: 'auto' | { readonly seconds: number }
  readonly historySeconds: number
  readonly warmupSeconds: number
  /** Planned length of a step where the caller gives none: `auto` divides `rolloutSeconds` among the steps. */
  readonly stepSeconds: number | 'auto'
  readonly rolloutSeconds: number
  readonly soakSeconds: number
  /** The chance that a healthy canary ever fails, all metrics and looks together. */
  readonly falseAbort: number
  /** The chance that a canary worse than the margin passes. */
  readonly missedHarm: number
  readonly riskProportional: boolean
  /** Whether the question is which arm is better, instead of whether the canary is worse. */
  readonly decide?: 'winner'
  readonly pass: PassRule
  /**
   * The odds for harm at which `balanced` does not let the last step pass. Earlier steps allow higher odds, as they
   * allow wider margins.
   */
  readonly odds: number
  readonly budget: Budget
  readonly onInconclusive: GateAnswer
  readonly hold: { readonly forSeconds: number; readonly then: 'ask' | 'proceed' | 'fail' }
  readonly onNoData: GateAnswer
  readonly onSourceDown: GateAnswer
  readonly mode: 'enforce' | 'pause' | 'observe'
  readonly approval: 'auto' | 'manual' | 'hybrid'
  /** Rollouts of one namespace whose policies name the same group get one verdict. */
  readonly group?: string
  readonly metrics: readonly MetricPolicy[]
}

/**
 * What lets a step pass. `strict`: it is shown to be within its margins. `balanced`: the same, or at its
 * planned end there is no sign of harm, and the harm that is not ruled out is affordable. `fast`: the same as
 * `strict`, or at its planned end it has not failed.
 */
export type PassRule = 'strict' | 'balanced' | 'fast'

/** What the next step may cost at most. Where both limits are given, the stricter one holds. */
export interface Budget {
  /** Bad outcomes more than stable would have; twice the usual number is always affordable. */
  readonly outcomes?: number
  /** A share of the failures that 30 days of this traffic may have. */
  readonly slo?: { readonly objective: number; readonly of: number }
}

export type GateAnswer = 'hold' | 'proceed' | 'fail'

/**
 * How to find the series of each arm: a preset by name, or label matchers for each arm. `where`: labels that every
 * series has.
 */
export type Selection =
  | {
      readonly preset: string
      readonly labels: Readonly<Record<string, string>>
      readonly where?: Readonly<Record<string, string>>
    }
  | {
      readonly canary: Readonly<Record<string, string>>
      readonly stable: Readonly<Record<string, string>>
      readonly where?: Readonly<Record<string, string>>
    }

interface CommonMetricPolicy {
  readonly name: string
  /** Its weight when `falseAbort` is divided; undefined = the weight of its kind, divided equally. */
  readonly weight?: number
  /** A step passes only when every required metric passes. */
  readonly required: boolean
  /** The metric is shown but never part of the verdict. */
  readonly watch: boolean
  readonly source?: string
  readonly select?: Selection
}

export interface ErrorsPolicy extends CommonMetricPolicy {
  readonly kind: 'errors'
  /** Selectors; undefined = those of the preset, or not needed because a recording is given. */
  readonly total?: string
  readonly bad?: string
  /** Ratio of error rates beyond which the canary fails, ≥ 1. */
  readonly tolerance: number
  /** Ratio of error rates within which the canary passes, > 1. */
  readonly margin: number
  /** A canary whose error rate is shown to be below this passes, whatever the ratio is. */
  readonly absoluteMargin: number
  /** The smallest effect worth finding, as a ratio > 1. */
  readonly mde: number
  /** The highest share of failed requests that is acceptable, whatever stable does. */
  readonly limit?: number
}

export interface LatencyPolicy extends CommonMetricPolicy {
  readonly kind: 'latency'
  readonly histogram?: string
  /** Unit of the histogram's bounds at the source; recordings are always in seconds. */
  readonly unit: 'seconds' | 'milliseconds'
  readonly quantile: number
  /** Ratio of quantiles beyond which the canary fails, ≥ 1. */
  readonly tolerance: number
  readonly margin: number
  /** The smallest effect worth finding in the share of requests above a bound, as a ratio > 1. */
  readonly mde: number
  /** Highest acceptable quantile, in seconds. */
  readonly limit?: number
}

export interface ConversionPolicy extends CommonMetricPolicy {
  readonly kind: 'conversion'
  readonly good?: string
  readonly total?: string
  /** Relative drop beyond which the canary fails, 0 ≤ x < 1. */
  readonly tolerance: number
  /** Relative drop within which the canary passes, 0 < x < 1. */
  readonly margin: number
  /** The smallest effect worth finding, as a ratio > 1. */
  readonly mde: number
}

export interface GaugePolicy extends CommonMetricPolicy {
  readonly kind: 'gauge'
  readonly query?: string
  /** Ratio of levels beyond which the canary fails, ≥ 1. */
  readonly tolerance: number
  /** Ratio of levels within which the canary passes; undefined = the metric does not have to pass. */
  readonly margin?: number
  /** Highest acceptable level, in the metric's own unit. */
  readonly limit?: number
}

export interface RestartsPolicy extends CommonMetricPolicy {
  readonly kind: 'restarts'
  /** Selector of the counter; undefined = the counter of kube-state-metrics. */
  readonly restarts?: string
  /** Ratio to stable's restarts beyond which the canary fails, ≥ 1. */
  readonly tolerance: number
  readonly margin?: undefined
}

export interface SeriesPolicy extends CommonMetricPolicy {
  readonly kind: 'series'
  /** An expression with one value for each arm. */
  readonly query?: string
  /** In which direction the canary is worse. */
  readonly harm: 'up' | 'down'
  /** Whether arms are compared by their ratio, or by their difference in the metric's own unit. */
  readonly compare: 'ratio' | 'difference'
  /** How much worse is tolerated: a part of stable's value, or a difference. */
  readonly tolerance: number
  /** How much worse is not worth waiting for; undefined = the metric does not have to pass. */
  readonly margin?: number
}

export type MetricPolicy =
  ErrorsPolicy | LatencyPolicy | ConversionPolicy | GaugePolicy | RestartsPolicy | SeriesPolicy

export type MetricKind = MetricPolicy['kind']
