import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { decisionToJson } from '../../judge/model/decision-to-json.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import type { PackedRecording, VerdictStore } from '../../judge/ports/ports.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type Route, type RouteGroup } from '../../http/route.ts'
import {
  afterField,
  defaultLimit,
  idParams,
  limitField,
  nameField,
  namespaceField,
} from '../../http/schemas/fields.ts'
import { gatesDuring } from './gates-during.ts'
import { judgementSchema } from './judge-schemas.ts'
import { judgementPage } from '../../web/pages/judgement-page.ts'
import { judgementText } from '../../web/parts/judgement-text.ts'
import { recordingSchema, runPageSchema, timelineSchema, verdictSchema } from './history-schemas.ts'
import { gateChangeToJson, lookToJson, runToJson, stepToJson } from './to-json.ts'
import { namespaceToList, visibleRun, visibleVerdict } from '../../http/auth/namespace-access.ts'

export interface HistoryDeps {
  readonly store: () => VerdictStore
  /** In another thread: a large recording takes seconds. */
  readonly recordingJson: (packed: PackedRecording) => Promise<Buffer>
}

const read = { roles: ['read'], limit: 'read', method: 'get', body: noBody } as const
/** A gate is changed by hand, a few times in a run, so pages are not needed. */
const listedGateChanges = 200

export function historyRoutes(deps: HistoryDeps): RouteGroup {
  return {
    name: 'history',
    description: 'Runs, verdicts and the recordings they rest on, newest first',
    routes: [listRuns(deps), showRun(deps), showVerdict(deps), showRecording(deps)],
  }
}

function listRuns({ store }: HistoryDeps): Route {
  return route({
    ...read,
    path: '/v1/runs',
    operationId: 'listRuns',
    summary: 'Runs, newest first',
    params: noInput,
    query: z.strictObject({
      namespace: namespaceField.exactOptional(),
      name: nameField.exactOptional(),
      open: z
        .enum(['true', 'false'])
        .transform((open) => open === 'true')
        .describe('Only runs that are open, or only those that are not')
        .exactOptional(),
      limit: limitField.exactOptional(),
      after: afterField.exactOptional(),
    }),
    answers: { 200: { description: 'A page of runs', type: 'application/json', schema: runPageSchema } },
    async handle({ query, caller }) {
      const namespace = namespaceToList(caller, query.namespace)
      const filter = { ...query, limit: query.limit ?? defaultLimit }
      const { items, next } = await store().listRuns({
        ...filter,
        ...(namespace !== undefined && { namespace }),
      })
      return { status: 200, json: { runs: items.map(runToJson), ...(next !== undefined && { next }) } }
    },
  })
}

function showRun({ store }: HistoryDeps): Route {
  return route({
    ...read,
    path: '/v1/runs/{id}',
    operationId: 'getRun',
    summary: 'One run with its steps, decisions and verdicts',
    params: idParams,
    query: z.strictObject({ limit: limitField.exactOptional(), after: afterField.exactOptional() }),
    answers: { 200: { description: 'The run', type: 'application/json', schema: timelineSchema } },
    async handle({ params, query, caller }) {
      const run = await visibleRun(store(), caller, params.id)
      const page = { ...query, limit: query.limit ?? defaultLimit }
      const [steps, decisions, gates, verdicts] = await Promise.all([
        store().listSteps(run.id),
        store().listDecisions({ namespace: run.namespace, name: run.name, runId: run.id }),
        store().listGateChanges({ namespace: run.namespace, name: run.name, limit: listedGateChanges }),
        store().listVerdicts(run.id, page),
      ])
      return {
        status: 200,
        json: {
          run: runToJson(run),
          steps: steps.map(stepToJson),
          decisions: decisions.map(decisionToJson),
          gates: gatesDuring(run, gates).map(gateChangeToJson),
          verdicts: verdicts.items.map(lookToJson),
          ...(verdicts.next !== undefined && { next: verdicts.next }),
        },
      }
    },
  })
}

function showVerdict({ store }: HistoryDeps): Route {
  return route({
    ...read,
    path: '/v1/verdicts/{id}',
    operationId: 'getVerdict',
    summary: 'One verdict as it was answered',
    params: idParams,
    query: noInput,
    answers: {
      200: {
        description: 'The verdict',
        type: 'application/json',
        schema: verdictSchema,
        alsoAs: ['text/plain', 'text/html'],
      },
    },
    async handle({ params, caller }) {
      const { body, id } = await visibleVerdict(store(), caller, params.id)
      const formats = isJudgement(body) && {
        formats: { text: () => judgementText(body), html: () => judgementPage(body) },
      }
      return { status: 200, json: { ...body, id }, ...formats }
    },
  })
}

/** A verdict from an older release may lack fields that the table shows; it is still available as JSON. */
const isJudgement = (body: object): body is Judgement => judgementSchema.safeParse(body).success

function showRecording({ store, recordingJson }: HistoryDeps): Route {
  return route({
    ...read,
    path: '/v1/verdicts/{id}/recording',
    operationId: 'getRecording',
    summary: 'The recording a verdict rests on, as `replay` takes it',
    params: idParams,
    query: noInput,
    answers: { 200: { description: 'The recording', type: 'application/json', schema: recordingSchema } },
    async handle({ params, caller }) {
      const { id, recordingDigest } = await visibleVerdict(store(), caller, params.id)
      const packed =
        recordingDigest === undefined ? undefined : await store().loadPackedRecording(recordingDigest)
      if (packed === undefined) {
        throw new AppError('not-found', `expected a recording that is still kept for verdict "${id}"`)
      }
      return {
        status: 200,
        type: 'application/json; charset=utf-8',
        content: await recordingJson(packed),
      }
    },
  })
}
