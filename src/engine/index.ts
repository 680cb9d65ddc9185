/** The engine's door: what other rooms and other programs may use, together with the types in model/. */
export { analyze } from './analyze.ts'
export { kinds } from './kinds/kinds.ts'
export { chooseBounds } from './kinds/latency/latency-bounds.ts'
export type { ChosenBounds } from './kinds/latency/latency-bounds.ts'
export { createHistoryMemory, type HistoryMemory } from './noise/history-memory.ts'
export { type Look, outcomesBySlice, type SliceOutcomes } from './outcomes-by-slice.ts'
export { type MetricSeries, type Point, series, type Series } from './series.ts'
export { normalSf } from './stats/normal-sf.ts'
export { stirlingError } from './stats/stirling-error.ts'
export type { MetricKind, MetricPolicy, Policy } from './model/policy.ts'
export type { MetricData, Pod, RecordedStep, Recording, Sample } from './model/recording.ts'
export type { MetricVerdict, Outcome, Reason, StepVerdict, Verdict } from './model/verdict.ts'
export { type MeasuredMetric, type MeasuredService, measuredService } from './planning/measured-service.ts'
export { canPlan, describedService, type ServiceNumbers } from './planning/described-service.ts'
export {
  type MetricForecast,
  minutesAtWeight,
  minutesToShow,
  planRollout,
  type SoughtEffect,
} from './planning/plan-rollout.ts'
export type { PlannedService, PodSpread, ServiceMetric } from './planning/planned-service.ts'
export { effectText } from './planning/effect-text.ts'
export { canaryPodsAt, type Stages } from './planning/planned-traffic.ts'
export { proposeStages } from './planning/propose-stages.ts'
