import type { z } from 'zod'
import type { Judge, RecordingLook } from '../../judge/judge.ts'
import type { JudgeRequest } from '../../judge/model/judge-request.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Caller } from '../../http/auth/caller.ts'
import { decodeUtf8, jsonTypes } from '../../http/body/decode-text.ts'
import { parseJson } from '../../http/body/parse-json.ts'
import type { HttpSettings } from '../../http/http-settings.ts'
import { checkInput } from '../../http/request/check-input.ts'
import { noInput } from '../../http/request/no-input.ts'
import { bytesRoute, type Answer, type RouteGroup } from '../../http/route.ts'
import { judgeRequestSchema, judgementSchema } from './judge-schemas.ts'
import { judgementPage } from '../../web/pages/judgement-page.ts'
import { judgementText } from '../../web/parts/judgement-text.ts'
import { checkNamespace } from '../../http/auth/namespace-access.ts'
import { checkRevisions, invalidBody, refuse } from './check-judge-body.ts'
import { hasRecording } from './judge-sent-recording.ts'

export interface JudgeRouteDeps {
  readonly judge: Judge
  readonly metrics: Metrics
  readonly settings: () => HttpSettings
  /** Judges a body that holds a recording or is large, in another thread. */
  readonly judgeSent: (bytes: Uint8Array, withinMs: number) => Promise<RecordingLook>
}

type Body = z.output<typeof judgeRequestSchema>

export function judgeRoutes(deps: JudgeRouteDeps): RouteGroup {
  return {
    name: 'judge',
    description: 'The verdict on a canary, for any caller',
    routes: [
      bytesRoute({
        method: 'post',
        path: '/v1/judge',
        operationId: 'judge',
        summary: 'Compares canary and stable, and says pass, fail or inconclusive with the reason',
        roles: ['judge'],
        limit: 'none',
        params: noInput,
        query: noInput,
        body: { form: 'bytes', types: jsonTypes, schema: judgeRequestSchema, size: 'recording' },
        answers: {
          200: {
            description: 'The verdict',
            type: 'application/json',
            schema: judgementSchema,
            alsoAs: ['text/plain', 'text/html'],
          },
        },
        async handle({ bytes, caller }) {
          const judgement = await judgeBytes(bytes, caller, deps)
          const { verdict, judged } = judgement
          deps.metrics.verdicts.inc({ caller: 'judge', verdict, judged })
          return toAnswer(judgement)
        },
      }),
    ],
  }
}

async function judgeBytes(bytes: Buffer, caller: Caller, deps: JudgeRouteDeps): Promise<Judgement> {
  const { judge, judgeSent, settings } = deps
  const { maxBodyBytes, maxJsonDepth } = settings()
  const value = bytes.length > maxBodyBytes ? undefined : parseJson(decodeUtf8(bytes), maxJsonDepth)
  if (value === undefined || hasRecording(value)) {
    return judge.judgeRecording(async (withinMs) => {
      const look = await judgeSent(bytes, withinMs)
      checkNamespace(caller, look.run.namespace)
      return look
    })
  }
  const body = checkInput(judgeRequestSchema, value, 'body')
  checkRevisions(body)
  const request = rolloutRequest(body)
  checkNamespace(caller, request.namespace)
  return judge.judge(request)
}

function rolloutRequest(body: Body): JudgeRequest {
  const { policy, namespace, name, canary, stable, params, labels, step, start, at, keep = false } = body
  const given = { namespace, name, canary, stable }
  if (namespace === undefined || name === undefined || canary === undefined || stable === undefined) {
    const missing = Object.entries(given).filter(([, value]) => value === undefined)
    throw invalidBody(
      'bad-request',
      missing.map(([path]) => ({ path, message: 'expected a value without a recording, got nothing' })),
    )
  }
  refuse([
    ...(typeof policy === 'object'
      ? [{ path: 'policy', message: 'expected the name of a loaded policy' }]
      : []),
    ...(at !== undefined && 'slice' in at ? [{ path: 'at', message: 'expected a time' }] : []),
    ...(step?.of !== undefined && step.index >= step.of
      ? [{ path: 'step.index', message: `expected less than step.of (${step.of}), got ${step.index}` }]
      : []),
  ])
  return {
    caller: 'judge',
    ...(!keep && { byHand: true }),
    namespace,
    name,
    revision: canary.revision,
    stableRevision: stable.revision,
    ...(typeof policy === 'string' && { policy }),
    ...(params !== undefined && { params }),
    ...(labels !== undefined && { labels }),
    ...(step !== undefined && { step }),
    ...(start !== undefined && { start }),
    ...(at !== undefined && 'ms' in at && { at: at.ms }),
  }
}

const toAnswer = (judgement: Judgement): Answer => ({
  status: 200,
  json: judgement,
  formats: { text: () => judgementText(judgement), html: () => judgementPage(judgement) },
})
