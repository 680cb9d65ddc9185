import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { checkNamespace } from '../../../http/auth/namespace-access.ts'
import { checkInput } from '../../../http/request/check-input.ts'
import { noBody, noInput } from '../../../http/request/no-input.ts'
import { type Answer, route, type Route } from '../../../http/route.ts'
import { nameField, namespaceField } from '../../../http/schemas/fields.ts'
import type { Judgement } from '../../../judge/model/judgement.ts'
import { type HookDeps, look, lookRequest } from '../hooks.ts'
import { type HookCall, toHookCall } from '../request.ts'
import { type Asked, expectedQuery, parseQuery } from './parse-query.ts'

/** Flagger gives up after five seconds. */
const answerMs = 4000

const answerSchema = z
  .strictObject({
    status: z.literal('success'),
    data: z.strictObject({
      resultType: z.literal('vector'),
      result: z.tuple([
        z.strictObject({
          metric: z.record(z.string(), z.string()),
          value: z.tuple([z.number(), z.string()]).describe('Seconds, and the value'),
        }),
      ]),
    }),
  })
  .meta({ id: 'PrometheusAnswer', description: "One sample, as Prometheus' own API gives it" })

/** For a MetricTemplate of the type prometheus: the verdict on a Canary as the value of a metric. */
export function metricTemplateRoute(deps: HookDeps): Route {
  const { clock } = deps
  return route({
    method: 'get',
    path: '/prometheus/api/v1/query',
    operationId: 'flagger-metric',
    summary: "A verdict as a Prometheus metric, for Flagger's MetricTemplate",
    roles: ['judge'],
    limit: 'none',
    params: noInput,
    query: z.strictObject({
      query: z.string().max(10_000).describe(expectedQuery),
      time: z.string().max(64).exactOptional().describe('Ignored: the look is always at the present'),
    }),
    body: noBody,
    answers: {
      200: {
        description:
          '`fail` and `pass` are 1 when that is the verdict, else 0; `score` is from 0 (fail) to 100 (pass)',
        type: 'application/json',
        schema: answerSchema,
      },
    },
    async handle({ query: { query: text }, caller }) {
      const query = parseQuery(text)
      if (query === undefined) throw refusal(`expected ${expectedQuery}, got "${text.slice(0, 80)}"`)
      if (query === 'online') return sample({}, 1, clock.now())
      const call = toCall(query.labels)
      checkNamespace(caller, call.namespace)
      const { verdict, run, score } = await judgeNow(call, deps)
      const name = `canary_judge_${query.asked}`
      return sample({ __name__: name, run, verdict }, valueOf(query.asked, { verdict, score }), clock.now())
    },
  })
}

const subject = z.object({ namespace: namespaceField, name: nameField })

/** The labels of the query hold what a hook has in its body and metadata. */
function toCall(labels: Readonly<Record<string, string>>): HookCall {
  const { namespace, name } = checkInput(subject, labels, 'query')
  const { namespace: _namespace, name: _name, ...metadata } = labels
  return toHookCall({ namespace, name, metadata }, 'event')
}

/**
 * Flagger's metrics name no revision. Where the canary has no hooks of this service, the run is found from the data,
 * as for looks.
 */
async function judgeNow(call: HookCall, deps: HookDeps): Promise<Judgement> {
  const begun = performance.now()
  const request = lookRequest(call)
  const placed = await deps.judge.hookRuns.take(request)
  // a run that a metric opened has no state of hooks
  if (placed?.run.callerState !== undefined) return look(call, placed, { ...deps, begun, answerMs })
  const judgement = await deps.judge.judge({ ...request, revision: 'unknown', answerMs })
  const { verdict, judged } = judgement
  deps.metrics.verdicts.inc({ caller: 'flagger', verdict, judged })
  return judgement
}

function valueOf(asked: Asked, { verdict, score }: Pick<Judgement, 'verdict' | 'score'>): number {
  return asked === 'score' ? score : Number(verdict === asked)
}

function sample(metric: Readonly<Record<string, string>>, value: number, now: number): Answer {
  const result = [{ metric, value: [now / 1000, String(value)] }]
  return { status: 200, json: { status: 'success', data: { resultType: 'vector', result } } }
}

const refusal = (message: string): AppError =>
  new AppError('bad-request', `query: ${message}`, { issues: [{ path: 'query', message }] })
