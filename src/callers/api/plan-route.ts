import { z } from 'zod'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type RouteGroup } from '../../http/route.ts'
import { planQuery } from '../../http/schemas/plan-fields.ts'
import type { PolicyLibrary } from '../../judge/ports/ports.ts'
import { type ForecastPlan, readPlan } from '../../web/reading/read-plan.ts'

const effect = z.number().optional()

const planSchema = z
  .strictObject({
    policy: z.string(),
    stages: z.strictObject({ weights: z.array(z.number()), minutes: z.array(z.number()) }),
    metrics: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        steps: z.array(
          z.strictObject({
            weight: z.number(),
            ends: z.number().describe('Minutes since the start of the rollout'),
            shown: effect.describe('The smallest harm that has failed 80 % of rollouts by then'),
            held: effect.describe('The smallest that has failed it or does not pass the step by itself'),
            ruledOut: effect.describe('What the numbers of a healthy canary exclude: every larger harm'),
          }),
        ),
        path: z.array(z.strictObject({ minute: z.number(), shown: effect })),
      }),
    ),
    left: z.array(z.string()).describe('Metrics of the policy that are not planned'),
  })
  .describe('Harm is a ratio above 1; for conversion stable divided by canary')
  .meta({ id: 'Plan' })

export interface PlanDeps {
  readonly policies: PolicyLibrary
  readonly forecast: ForecastPlan
}

/** The plan of the page, for programs. */
export function planRoutes({ policies, forecast }: PlanDeps): RouteGroup {
  return {
    name: 'plan',
    description: 'What a rollout would show',
    routes: [
      route({
        method: 'get',
        path: '/v1/plan',
        operationId: 'planRollout',
        summary: 'What each step of a rollout would show with this traffic',
        roles: ['read'],
        limit: 'read',
        params: noInput,
        query: planQuery,
        body: noBody,
        answers: { 200: { description: 'The forecast', type: 'application/json', schema: planSchema } },
        async handle({ query }) {
          const { values, request, left } = readPlan(query, policies)
          const metrics = await forecast(request)
          return { status: 200, json: { policy: values.policy, stages: request.stages, metrics, left } }
        },
      }),
    ],
  }
}
