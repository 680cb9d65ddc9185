import type { z } from 'zod'
import type { AppError, AppErrorCode, FieldIssue } from '../../errors.ts'
import { invalidInput } from '../../formats/mistakes/invalid-input.ts'
import { parseRecording } from '../../formats/recording/parse-recording.ts'
import type { Judge } from '../../judge/judge.ts'
import type { JudgeRequest, RecordingRequest } from '../../judge/model/judge-request.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Caller } from '../../http/auth/caller.ts'
import { jsonTypes } from '../../http/body/decode-text.ts'
import { noInput } from '../../http/request/no-input.ts'
import { route, type Answer, type RouteGroup } from '../../http/route.ts'
import { judgeRequestSchema, judgementSchema } from './judge-schemas.ts'
import { judgementPage } from '../../web/judgement-page.ts'
import { judgementText } from '../../web/judgement-text.ts'
import { checkNamespace } from '../../http/auth/namespace-access.ts'

export interface JudgeRouteDeps {
  readonly judge: Judge
  readonly metrics: Metrics
}

type Body = z.output<typeof judgeRequestSchema>

export function judgeRoutes(deps: JudgeRouteDeps): RouteGroup {
  return {
    name: 'judge',
    description: 'The verdict on a canary, for any caller',
    routes: [
      route({
        method: 'post',
        path: '/v1/judge',
        operationId: 'judge',
        summary: 'Compares canary and stable, and says pass, fail or inconclusive with the reason',
        roles: ['judge'],
        limit: 'none',
        params: noInput,
        query: noInput,
        body: { form: 'json', types: jsonTypes, schema: judgeRequestSchema, size: 'recording' },
        answers: {
          200: {
            description: 'The verdict',
            type: 'application/json',
            schema: judgementSchema,
            alsoAs: ['text/plain', 'text/html'],
          },
        },
        async handle({ body, caller }) {
          const judgement = await judgeBody(body, caller, deps.judge)
          const { verdict, judged } = judgement
          deps.metrics.verdicts.inc({ caller: 'judge', verdict, judged })
          return toAnswer(judgement)
        },
      }),
    ],
  }
}

async function judgeBody(body: Body, caller: Caller, judge: Judge): Promise<Judgement> {
  checkRevisions(body)
  if (body.recording === undefined) {
    const request = rolloutRequest(body)
    checkNamespace(caller, request.namespace)
    return judge.judge(request)
  }
  const request = recordingRequest(body, parseRecording(body.recording))
  checkNamespace(caller, request.namespace)
  return judge.judgeRecording(request)
}

/** With empty or equal revisions both arms would be the same pods, and every canary would pass. */
function checkRevisions({ canary, stable }: Body): void {
  const issues: FieldIssue[] = []
  for (const [arm, value] of [['canary', canary] as const, ['stable', stable] as const]) {
    if (value !== undefined && value.revision.trim() === '') {
      issues.push({ path: `${arm}.revision`, message: 'expected a revision, got ""' })
    }
  }
  if (issues.length === 0 && canary !== undefined && canary.revision === stable?.revision) {
    const message = `expected another revision than that of the canary, got "${canary.revision}" for both`
    issues.push({ path: 'stable.revision', message })
  }
  refuse(issues)
}

function refuse(issues: readonly FieldIssue[]): void {
  if (issues.length > 0) throw invalid('unprocessable', issues)
}

const invalid = (code: AppErrorCode, issues: readonly FieldIssue[]): AppError =>
  invalidInput(code, 'invalid body', issues, issues.length)

function rolloutRequest(body: Body): JudgeRequest {
  const { policy, namespace, name, canary, stable, params, step, start, at } = body
  const given = { namespace, name, canary, stable }
  if (namespace === undefined || name === undefined || canary === undefined || stable === undefined) {
    const missing = Object.entries(given).filter(([, value]) => value === undefined)
    throw invalid(
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
    namespace,
    name,
    revision: canary.revision,
    stableRevision: stable.revision,
    ...(typeof policy === 'string' && { policy }),
    ...(params !== undefined && { params }),
    ...(step !== undefined && { step }),
    ...(start !== undefined && { start }),
    ...(at !== undefined && 'ms' in at && { at: at.ms }),
  }
}

function recordingRequest(body: Body, recording: RecordingRequest['recording']): RecordingRequest {
  const { policy, namespace = 'recordings', name = recording.id ?? 'recording', canary, stable, at } = body
  refuse(
    (['params', 'step', 'start'] as const)
      .filter((key) => body[key] !== undefined)
      .map((path) => ({ path, message: 'expected nothing beside a recording, which says it itself' })),
  )
  return {
    namespace,
    name,
    revision: canary?.revision ?? 'canary',
    ...(stable !== undefined && { stableRevision: stable.revision }),
    ...(policy !== undefined && { policy }),
    recording,
    ...(at !== undefined && { at }),
  }
}

const toAnswer = (judgement: Judgement): Answer => ({
  status: 200,
  json: judgement,
  formats: { text: () => judgementText(judgement), html: () => judgementPage(judgement) },
})
