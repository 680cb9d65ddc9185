import type { JudgeRequest } from '../../judge/model/judge-request.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { checkNamespace } from '../../http/auth/namespace-access.ts'
import { jsonTypes } from '../../http/body/decode-text.ts'
import { noInput } from '../../http/request/no-input.ts'
import { route, type RouteGroup } from '../../http/route.ts'
import { argoRequestSchema, toJudgeRequest } from './request.ts'
import { argoAnswerSchema, toArgoAnswer } from './response.ts'

export interface ArgoRouteDeps {
  readonly judge: { judge(request: JudgeRequest): Promise<Judgement> }
  readonly metrics: Metrics
}

/**
 * For the `web` provider of Argo Rollouts. It treats a 2xx without JSON as a success, and ignores the body of all
 * other answers. So every judged look, even an inconclusive one, is a 200 with the whole verdict.
 */
export function argoRoutes({ judge, metrics }: ArgoRouteDeps): RouteGroup {
  return {
    name: 'argo',
    description: 'For AnalysisTemplates of Argo Rollouts',
    routes: [
      route({
        method: 'post',
        path: '/v1/argo',
        operationId: 'judgeForArgo',
        summary: 'The verdict on the canary of a Rollout, with what Argo shows in `argo`',
        roles: ['judge'],
        limit: 'none',
        params: noInput,
        query: noInput,
        body: { form: 'json', types: jsonTypes, schema: argoRequestSchema, size: 'normal' },
        answers: {
          200: {
            description: 'The verdict, also when there is no data to judge by',
            type: 'application/json',
            schema: argoAnswerSchema,
          },
        },
        async handle({ body, caller }) {
          const request = toJudgeRequest(body)
          checkNamespace(caller, request.namespace)
          const judgement = await judge.judge(request)
          const { verdict, judged } = judgement
          metrics.verdicts.inc({ caller: 'argo', verdict, judged })
          return toArgoAnswer(judgement)
        },
      }),
    ],
  }
}
