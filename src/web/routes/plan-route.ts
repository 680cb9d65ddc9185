import type { HttpSettings } from '../../http/http-settings.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type Route } from '../../http/route.ts'
import { planQuery } from '../../http/schemas/plan-fields.ts'
import type { PolicyLibrary } from '../../judge/ports/ports.ts'
import { planPage } from '../pages/plan-page.ts'
import { pageAnswer } from '../parts/frame.ts'
import { type ForecastPlan, readPlan } from '../reading/read-plan.ts'
import { visitOf } from './visit-of.ts'

export interface PlanDeps {
  readonly policies: PolicyLibrary
  readonly settings: () => HttpSettings
  readonly forecast: ForecastPlan
}

export function showPlan({ policies, settings, forecast }: PlanDeps): Route {
  return route({
    method: 'get',
    path: '/plan',
    operationId: 'showPlan',
    summary: 'What each step of a rollout would show, as a page',
    roles: ['read'],
    limit: 'read',
    params: noInput,
    query: planQuery,
    body: noBody,
    answers: { 200: { description: 'A page', type: 'text/html' } },
    async handle({ query, ...context }) {
      const { values, request, left } = readPlan(query, policies)
      const [visit, metrics] = await Promise.all([visitOf(settings, context), forecast(request)])
      return pageAnswer(planPage({ visit, policies, values, stages: request.stages, metrics, left }))
    },
  })
}
