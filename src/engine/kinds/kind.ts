import type {
  AbsoluteRule,
  MetricContext,
  MetricEvidence,
  MetricNumbers,
} from '../evidence/metric-evidence.ts'
import type { MetricPolicy } from '../model/policy.ts'
import type { MetricData } from '../model/recording.ts'
import type { Reason } from '../model/verdict.ts'

/** What a metric gets where its policy is silent. */
export interface KindDefaults {
  readonly required: boolean
  readonly tolerance: number
}

/** All that the engine has to know of one kind of metric. Each kind is one folder here and one line in kinds.ts. */
export interface Kind<Policy extends MetricPolicy = MetricPolicy, Data extends MetricData = MetricData> {
  readonly defaults: KindDefaults & { readonly [Key in keyof Policy]?: Policy[Key] }
  /** The tolerance of a critical metric: nothing worse than stable. */
  readonly noWorse: number
  /** The part of the error budget along the rollout that the metrics of this kind share. */
  readonly evidenceShare: number
  /** Their part of the chance that a gate fails; 0 = gates do not fail on this kind. */
  readonly gateShare: number
  /** What one of the counted things is called; absent where levels are read and nothing is counted. */
  readonly noun?: string
  evidence(metric: Policy, data: Data, context: MetricContext): MetricEvidence | Reason
  /** Which rules look at the canary's own level, without a comparison. Known from the policy alone. */
  absoluteRules(metric: Policy): readonly AbsoluteRule['rule'][]
  /** The margin at a step that widens it by `factor`. */
  margin(metric: Policy, factor: number): number | undefined
  /** "errors 1.9% of 4,210 canary requests vs 0.4% of 37,800 stable, at least 2.1 times worse" */
  worse(metric: Policy, numbers: MetricNumbers): string
  /** "p95 over its limit of 300 ms: 12% of 4,210 canary requests over 250 ms vs ..."; absent where there is no limit. */
  overLimit?(metric: Policy, numbers: MetricNumbers): string
  /** "p95 at most 4.1% slower": what a pass has ruled out. `byRatio` = the comparison with stable has shown it. */
  ruledOut(metric: Policy, numbers: MetricNumbers, factor: number, byRatio: () => boolean): string | undefined
  /** "p95 up to 9% slower": what is still possible where nothing was shown. */
  notRuledOut(metric: Policy, numbers: MetricNumbers): string
  /** An interval of the ratio to stable: "-2.1% to +4%". */
  range(low: number, high: number): string
}
