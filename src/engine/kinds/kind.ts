import type {
  AbsoluteRule,
  MetricContext,
  MetricEvidence,
  MetricNumbers,
} from '../evidence/metric-evidence.ts'
import type { MetricPolicy } from '../model/policy.ts'
import type { MetricData } from '../model/recording.ts'
import type { Reason } from '../model/verdict.ts'

/** What a metric gets where its policy says nothing. */
export interface KindDefaults {
  readonly required: boolean
  readonly tolerance: number
}

/** Everything that the engine knows about one kind of metric. Each kind has a folder here and a line in kinds.ts. */
export interface Kind<Policy extends MetricPolicy = MetricPolicy, Data extends MetricData = MetricData> {
  readonly defaults: KindDefaults & { readonly [Key in keyof Policy]?: Policy[Key] }
  /** The tolerance of a critical metric, which may not be worse than stable at all. */
  readonly noWorse: number
  /** The weight of this kind when `falseAbort` along the rollout is divided; its metrics divide it equally. */
  readonly evidenceShare: number
  /** The part of a gate's error budget that the metrics of this kind share; 0 = gates do not fail on this kind. */
  readonly gateShare: number
  /** The word for one of the counted things; absent where the metric reads levels and counts nothing. */
  readonly noun?: string
  evidence(metric: Policy, data: Data, context: MetricContext): MetricEvidence | Reason
  /** The rules that look at the canary's own level, without comparing it. They follow from the policy alone. */
  absoluteRules(metric: Policy): readonly AbsoluteRule['rule'][]
  /** The margin at a step that multiplies it by `factor`. */
  margin(metric: Policy, factor: number): number | undefined
  /** "errors 1.9% of 4,210 canary requests vs 0.4% of 37,800 stable, at least 2.1 times worse" */
  worse(metric: Policy, numbers: MetricNumbers): string
  /** "p95 over its limit of 300 ms: 12% of 4,210 canary requests over 250 ms vs ..."; absent where there is no limit. */
  overLimit?(metric: Policy, numbers: MetricNumbers): string
  /**
   * "p95 at most 4.1% slower": what a pass has ruled out. `byRatio()` is true where the comparison with stable shows
   * it.
   */
  ruledOut(metric: Policy, numbers: MetricNumbers, factor: number, byRatio: () => boolean): string | undefined
  /** "p95 up to 9% slower": what is still possible where nothing was shown. */
  notRuledOut(metric: Policy, numbers: MetricNumbers): string
  /** An interval of the ratio to stable: "-2.1% to +4%". */
  range(low: number, high: number): string
}
