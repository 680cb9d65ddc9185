import { canPlan, type MetricForecast, type ServiceNumbers, type Stages } from '../../engine/index.ts'
import { plannedMinutes } from '../../engine/model/planned-seconds.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import type { PlanQuery } from '../../http/schemas/plan-fields.ts'
import type { PolicyLibrary } from '../../judge/ports/ports.ts'

/** What is sent to the thread that computes a forecast. */
export interface PlanRequest {
  readonly numbers: ServiceNumbers
  readonly policy: Policy
  readonly stages: Stages
}

/** Computes a forecast without delaying other requests. */
export type ForecastPlan = (request: PlanRequest) => Promise<readonly MetricForecast[]>

/** The values of the query, with those that it leaves out. */
export interface PlanValues {
  readonly rps: number
  readonly errors: number
  readonly p95: number
  readonly conversion: number
  readonly pods: number
  readonly spread: number
  readonly steps: string
  readonly minutes: number | undefined
  readonly policy: string
}

export interface Planned {
  readonly values: PlanValues
  readonly request: PlanRequest
  /** Metrics of the policy that the plan leaves out. */
  readonly left: readonly string[]
}

export function readPlan(query: PlanQuery, policies: PolicyLibrary): Planned {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
  const all = policies.list()
  const usual = policies.defaultName ?? all[0]?.policy.name ?? ''
  const values: PlanValues = { ...defaults, policy: usual, ...given }
  const loaded = all.find(({ policy }) => policy.name === values.policy)
  if (loaded === undefined)
    throw new AppError(
      'unknown-policy',
      `policy: expected the name of a loaded policy, got "${values.policy}"`,
    )
  const { policy } = loaded
  return {
    values,
    request: { numbers: numbersOf(values), policy, stages: stagesOf(values, policy) },
    left: policy.metrics.filter((metric) => !canPlan(metric)).map(({ name }) => name),
  }
}

const defaults = {
  rps: 20,
  errors: 0.5,
  p95: 250,
  conversion: 20,
  pods: 10,
  spread: 3,
  steps: '5,25,50',
  minutes: undefined,
}

function numbersOf({ rps, errors, p95, conversion, pods, spread }: PlanValues): ServiceNumbers {
  const alike = { podSd: spread / 100, sd: spread / 300, rho: 0.9 }
  return {
    rps,
    errorRate: errors / 100,
    p95Seconds: p95 / 1000,
    conversionRate: conversion / 100,
    pods: Math.round(pods),
    spread: { errors: alike, latency: alike, conversion: alike },
  }
}

function stagesOf({ steps, minutes }: PlanValues, policy: Policy): Stages {
  const weights = steps.split(',').map(Number)
  const wrong = weights.some((weight, i) => weight <= (weights[i - 1] ?? 0))
  if (wrong) throw new AppError('bad-request', `steps: expected rising percents, got "${steps}"`)
  return { weights, minutes: plannedMinutes(policy, weights.length, minutes) }
}
