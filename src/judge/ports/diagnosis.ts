import type { Arm, SourceProblemCode } from '../../engine/model/recording.ts'
import type { MetricKind } from '../../engine/model/policy.ts'

/** What a probe of the sources found: which data a policy would get for one workload, and why data are missing. */
export interface Diagnosis {
  /** Nothing is missing that a verdict needs. */
  readonly ok: boolean
  /** RFC 3339; the end of the window that was looked at. */
  readonly at: string
  readonly minutes: number
  /** About whole sources. */
  readonly findings: readonly Finding[]
  readonly metrics: readonly MetricDiagnosis[]
}

export interface MetricDiagnosis {
  readonly name: string
  readonly kind: MetricKind
  /** Whether a step needs the metric to pass. */
  readonly required: boolean
  readonly source: string
  readonly queries: readonly ProbedQuery[]
  /** The labels of the series that the policy's selector finds in any arm; at most five values of each. */
  readonly labels: readonly SeenLabel[]
  readonly findings: readonly Finding[]
}

export interface ProbedQuery {
  /** Its part in the metric: total, bad, good, buckets, query. */
  readonly of: string
  readonly query: string
  readonly arms: Readonly<Record<Arm, ArmCount>>
}

export interface ArmCount {
  readonly series: number
  readonly samples: number
}

export interface SeenLabel {
  readonly name: string
  readonly values: readonly string[]
  /** How many different ones there are. */
  readonly count: number
}

/** `error`: the metric gives no evidence. `warning`: it gives less than it could. `note`: all is well. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note'
  readonly code: FindingCode
  /** The likely cause and what to do, in one sentence. */
  readonly text: string
}

export const findingCodes = [
  'cannot-be-asked',
  'unknown-metric',
  'own-matchers',
  'wrong-namespace',
  'other-label',
  'other-value',
  'no-such-pods',
  'arms-overlap',
  'matcher-twice',
  'no-events-yet',
  'not-a-counter',
  'no-histogram',
  'le-missing',
  'bounds-too-low',
  'bounds-too-coarse',
  'unit-differs',
  'short-history',
  'too-many-series',
] as const

export type FindingCode = (typeof findingCodes)[number] | SourceProblemCode
