import { marginFactor } from '../model/margins.ts'
import type { MetricKind, Policy } from '../model/policy.ts'
import { valueAt } from '../model/value-at.ts'
import { type Excess, excessOf, type PlannedMetric, plannedMetrics, shownAfter } from './planned-excess.ts'
import { notRuledOut } from './planned-metric.ts'
import type { PlannedService } from './planned-service.ts'
import type { Stages } from './planned-traffic.ts'

/**
 * What the judge can show of one metric in a planned rollout, in at least 80 % of such rollouts. Effects are ratios
 * above 1 that are harm: of the shares of errors, of the quantile of latency, and for conversion stable's rate divided
 * by the canary's.
 */
export interface MetricForecast {
  readonly name: string
  readonly kind: MetricKind
  readonly steps: readonly StepForecast[]
  /** The smallest effect that is shown by each minute; absent where none is. */
  readonly path: readonly { readonly minute: number; readonly shown?: number }[]
}

export interface StepForecast {
  readonly weight: number
  /** The planned end, in minutes since the rollout's start. */
  readonly ends: number
  /** The smallest effect that has failed the rollout by then; absent where none has. */
  readonly shown?: number
  /** The smallest effect that keeps the step from passing by itself, or has failed it. */
  readonly held?: number
  /** What a healthy canary's numbers rule out by then: every larger effect. */
  readonly ruledOut?: number
}

/** Forecasts a rollout by formulae: the engine's own tests, of the counts of an unlucky rollout. */
export function planRollout(
  service: PlannedService,
  policy: Policy,
  stages: Stages,
): readonly MetricForecast[] {
  return plannedMetrics(service, policy, stages).map(forecast)
}

/** The minute of the rollout by which an effect on a metric is shown; undefined where it is not. */
export function minutesToShow(
  service: PlannedService,
  policy: Policy,
  stages: Stages,
  { metric, effect }: SoughtEffect,
): number | undefined {
  const [planned] = plannedMetrics(only(service, metric), policy, stages)
  return planned && shownAfter(planned, effect)
}

/** An effect of a release on one metric of the policy: a ratio above 1 that is harm. */
export interface SoughtEffect {
  readonly metric: string
  readonly effect: number
}

/** The longest steps that are tried, in minutes, up to a week. */
const LENGTHS = [30, 120, 480, 1440, 10_080] as const

/**
 * How long a rollout must stay at this one weight until the effect is shown with 80 % power; undefined where a week is
 * too short.
 */
export function minutesAtWeight(
  service: PlannedService,
  policy: Policy,
  weight: number,
  { metric, effect }: SoughtEffect,
): number | undefined {
  for (const length of LENGTHS) {
    const stages = { weights: [weight], minutes: [length] }
    const [planned] = plannedMetrics(only(service, metric), policy, stages)
    const minutes = planned && shownAfter(planned, effect, true)
    if (minutes !== undefined || planned === undefined) return minutes
  }
  return undefined
}

const only = (service: PlannedService, metric: string): PlannedService => ({
  ...service,
  metrics: service.metrics.filter(({ name }) => name === metric),
})

/** Effects as their part above 1, from the smallest to the largest that is tried. */
const SIZES = Array.from({ length: 20 }, (_, i) => 0.005 * 10_000 ** (i / 19))

type Tried = Excess & { readonly size: number }

function forecast(planned: PlannedMetric): MetricForecast {
  const { policy, metric, shares } = planned
  const { plan, sliceMinutes } = shares.main.planned.traffic
  const leftAt = notRuledOut(shares.main.planned)
  const tried = SIZES.map((size) => ({ size, ...excessOf(planned, 1 + size) }))
  return {
    name: metric.name,
    kind: metric.kind,
    steps: plan.steps.map(({ weight, ends, next }) => {
      const t = ends - 1
      const odds = Math.log(policy.odds * marginFactor(policy, next))
      const shown = smallest(tried, (one) => valueAt(one.shown, t))
      const held = smallest(tried, (one) => Math.max(valueAt(one.doubt, t) - odds, valueAt(one.shown, t)))
      const left = leftAt(t)
      return {
        weight,
        ends: ends * sliceMinutes,
        ...(shown !== undefined && { shown }),
        ...(held !== undefined && policy.pass === 'balanced' && { held }),
        ...(left !== undefined && { ruledOut: shares.toEffect(left) }),
      }
    }),
    path: Array.from({ length: plan.slices }, (_, t) => {
      const shown = smallest(tried, (one) => valueAt(one.shown, t))
      return { minute: (t + 1) * sliceMinutes, ...(shown !== undefined && { shown }) }
    }),
  }
}

/** The effect whose excess is 0, between those that were tried. */
function smallest(tried: readonly Tried[], excess: (one: Tried) => number): number | undefined {
  const i = tried.findIndex((one) => excess(one) >= 0)
  const [after, before] = [tried[i], tried[i - 1]]
  if (after === undefined) return undefined
  if (before === undefined) return 1 + after.size
  const [low, high] = [excess(before), excess(after)]
  const part = Number.isFinite(low) ? -low / (high - low) : 1
  return 1 + before.size * (after.size / before.size) ** part
}
