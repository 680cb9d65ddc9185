/** A policy with every default filled in and every number in one unit: what the engine and the source read. */
export interface Policy {
  readonly name: string
  readonly source: string
  readonly select: Selection
  readonly slice: 'auto' | { readonly seconds: number }
  readonly historySeconds: number
  readonly warmupSeconds: number
  /** Planned length of a step where the caller does not say: `auto` divides `rolloutSeconds` among the steps. */
  readonly stepSeconds: number | 'auto'
  readonly rolloutSeconds: number
  readonly soakSeconds: number
  /** Chance of ever failing a healthy canary, all metrics and looks together. */
  readonly falseAbort: number
  /** Chance of passing a canary that is worse than the margin. */
  readonly missedHarm: number
  readonly riskProportional: boolean
  readonly pass: PassRule
  /** Odds for harm at which `balanced` does not let the last step pass; wider before earlier ones, as margins are. */
  readonly odds: number
  readonly budget: Budget
  readonly onInconclusive: GateAnswer
  readonly hold: { readonly forSeconds: number; readonly then: 'ask' | 'proceed' | 'fail' }
  readonly onNoData: GateAnswer
  readonly onSourceDown: GateAnswer
  readonly mode: 'enforce' | 'pause' | 'observe'
  readonly approval: 'auto' | 'manual' | 'hybrid'
  readonly metrics: readonly MetricPolicy[]
}

/**
 * What lets a step pass. `strict`: it is shown to be within its margins. `balanced`: that, or at its planned end there is
 * no sign of harm and what is not ruled out is affordable. `fast`: that it is shown, or at its end that it has not failed.
 */
export type PassRule = 'strict' | 'balanced' | 'fast'

/** What the next step may cost at most: the stricter of the two, where both are given. */
export interface Budget {
  /** Bad outcomes beyond stable's; twice the usual number is always affordable. */
  readonly outcomes?: number
  /** A share of the failures that 30 days of this traffic may have. */
  readonly slo?: { readonly objective: number; readonly of: number }
}

export type GateAnswer = 'hold' | 'proceed' | 'fail'

/** How the arms are told apart: a preset by name, or label matchers for each arm. `where`: labels of every series. */
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
  /** Its share of the error budget; undefined = the kind's share, split equally. */
  readonly weight?: number
  /** A step passes only when every required metric passes. */
  readonly required: boolean
  /** Shown, never part of the verdict. */
  readonly watch: boolean
  readonly source?: string
  readonly select?: Selection
}

export interface ErrorsPolicy extends CommonMetricPolicy {
  readonly kind: 'errors'
  /** Selectors; undefined = the preset's own, or not needed because a recording is given. */
  readonly total?: string
  readonly bad?: string
  /** Ratio of error rates beyond which the canary fails, ≥ 1. */
  readonly tolerance: number
  /** Ratio of error rates within which the canary passes, > 1. */
  readonly margin: number
  /** A canary whose error rate is shown to be below this passes whatever the ratio. */
  readonly absoluteMargin: number
  /** The smallest effect worth finding, as a ratio > 1. */
  readonly mde: number
  /** Highest share of failed requests that is acceptable at all. */
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
  /** Of the share of requests above a bound, as a ratio > 1. */
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
  /** Ratio of levels within which the canary passes; undefined = it never has to. */
  readonly margin?: number
  /** Highest acceptable level, in the metric's own unit. */
  readonly limit?: number
}

export interface RestartsPolicy extends CommonMetricPolicy {
  readonly kind: 'restarts'
  /** Selector of the counter; undefined = that of kube-state-metrics. */
  readonly restarts?: string
  /** Ratio to stable's restarts beyond which the canary fails, ≥ 1. */
  readonly tolerance: number
  readonly margin?: undefined
}

export type MetricPolicy = ErrorsPolicy | LatencyPolicy | ConversionPolicy | GaugePolicy | RestartsPolicy

export type MetricKind = MetricPolicy['kind']
