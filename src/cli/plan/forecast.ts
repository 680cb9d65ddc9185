import {
  type MetricForecast,
  minutesAtWeight,
  minutesToShow,
  type PlannedService,
  planRollout,
  proposeStages,
  type SoughtEffect,
  type Stages,
} from '../../engine/index.ts'
import type { MetricKind, MetricPolicy, Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import { toDuration } from '../../formats/policy/amounts.ts'

/** What is to be forecast: a service, its policy, its stages, and what the reader asks for beside. */
export interface ForecastRequest {
  readonly service: PlannedService
  readonly policy: Policy
  readonly stages: Stages
  readonly find: readonly string[]
  readonly patienceMinutes?: number
}

export interface Forecast {
  readonly stages: Stages
  readonly metrics: readonly MetricForecast[]
  readonly found: readonly Found[]
  readonly proposal?: Proposal
}

/** How long an effect takes. */
export interface Found extends SoughtEffect {
  readonly kind: MetricKind
  /** In a rollout that stays at one weight; absent where a week is too short. */
  readonly atWeights: readonly { readonly weight: number; readonly minutes?: number }[]
  /** In the planned stages; absent where they do not show it. */
  readonly inStages?: number
}

/** Stages for the time that there is, and what they would show. */
export interface Proposal {
  readonly stages: Stages
  readonly metrics: readonly MetricForecast[]
  /** Keys of the policy, as YAML. */
  readonly policy: readonly string[]
}

export function forecastRollout(request: ForecastRequest): Forecast {
  const { service, policy, stages, find, patienceMinutes } = request
  const planned = policy.metrics.filter(({ name }) => service.metrics.some((one) => one.name === name))
  const sought = find.map((text) => toSought(text, planned))
  const proposal = patienceMinutes === undefined ? undefined : propose(service, policy, patienceMinutes)
  return {
    stages,
    metrics: planRollout(service, policy, stages),
    found: sought.map((one) => {
      const inStages = minutesToShow(service, policy, stages, one)
      return {
        ...one,
        atWeights: stages.weights.map((weight) => {
          const minutes = minutesAtWeight(service, policy, weight, one)
          return { weight, ...(minutes !== undefined && { minutes }) }
        }),
        ...(inStages !== undefined && { inStages }),
      }
    }),
    ...(proposal && { proposal }),
  }
}

/** `errors=2` · `p95=25%` · `conversion=20%`: by the name of a metric or by its kind. */
function toSought(
  text: string,
  metrics: readonly MetricPolicy[],
): SoughtEffect & { readonly kind: MetricKind } {
  const [, key = '', amount = ''] = /^([\w.-]{1,100})=(\d{1,6}(?:\.\d{1,6})?%?)$/.exec(text) ?? []
  const metric = metrics.find(({ name }) => name === key) ?? metrics.find(({ kind }) => kind === key)
  const effect = metric === undefined ? undefined : effectOf(metric.kind, amount)
  if (metric !== undefined && effect !== undefined) return { metric: metric.name, kind: metric.kind, effect }
  const known = metrics.map(({ name }) => name).join(', ')
  throw new AppError(
    'bad-request',
    `--find: expected a metric (${known}) and how much worse, such as errors=2, p95=25% or conversion=20%, got "${text.slice(0, 60)}"`,
  )
}

/** The ratio that an amount means; undefined where it is no harm. */
function effectOf(kind: MetricKind, amount: string): number | undefined {
  const isPercent = amount.endsWith('%')
  const value = Number(amount.replace('%', ''))
  const effect =
    kind === 'conversion' ? 1 / (1 - (isPercent ? value / 100 : value)) : isPercent ? 1 + value / 100 : value
  return effect > 1 && Number.isFinite(effect) ? effect : undefined
}

/** From this ratio of errors on, what the last step lets pass is much. */
const MUCH = 3

function propose(service: PlannedService, policy: Policy, minutes: number): Proposal {
  const stages = proposeStages(service, policy, minutes)
  if (stages === undefined)
    throw new AppError(
      'bad-request',
      `--patience: expected time for a step that is longer than the warm-up, got ${minutes} minutes`,
    )
  const metrics = planRollout(service, policy, stages)
  const last = metrics.find(({ kind }) => kind === 'errors')?.steps.at(-1)
  const lets = last?.held ?? Infinity
  return {
    stages,
    metrics,
    policy: [
      `rollout: ${toDuration(minutes * 60)}`,
      `hold: { for: ${toDuration(Math.max(Math.round(minutes / 3), 1) * 60)}, then: ask }`,
      ...(last !== undefined && lets > MUCH && policy.pass === 'balanced'
        ? ['odds: 1 # a person is asked sooner, because this traffic shows little']
        : []),
    ],
  }
}
