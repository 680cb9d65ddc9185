import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { decisionToJson } from '../../judge/model/decision-to-json.ts'
import type { Run, VerdictStore } from '../../judge/ports/ports.ts'
import type { Caller } from '../../http/auth/caller.ts'
import { jsonTypes } from '../../http/body/decode-text.ts'
import { noInput } from '../../http/request/no-input.ts'
import { route, type Answer, type Route, type RouteGroup } from '../../http/route.ts'
import { idParams, nameField, namespaceField, text } from '../../http/schemas/fields.ts'
import { decisionSchema } from './history-schemas.ts'
import { checkNamespace, visibleRun } from '../../http/auth/namespace-access.ts'
import { isControllers, recordDecision, type RecordDecisionDeps } from '../../judge/judge.ts'

export type DecisionDeps = RecordDecisionDeps

const decisionFields = {
  decision: z.enum(['approve', 'reject', 'hold', 'clear']),
  scope: z.enum(['step', 'run']).default('step').describe('`run`: for all steps that follow, too'),
  step: z.int().min(0).max(1000).exactOptional().describe('Default: the current step'),
  override: z.boolean().default(false).describe('Only with `true` does an approve overrule a fail'),
  by: text(200).exactOptional().describe('Who decides; the name of the token is always kept'),
  reason: text(1000),
}

const runDecision = z.strictObject(decisionFields).meta({ id: 'RunDecisionRequest' })
const namedDecision = z
  .strictObject({ namespace: namespaceField, name: nameField, ...decisionFields })
  .meta({ id: 'DecisionRequest' })

const decide = {
  roles: ['decide'],
  limit: 'decide',
  method: 'post',
  query: noInput,
  answers: {
    201: { description: 'Recorded', type: 'application/json', schema: decisionSchema },
  },
} as const

export function decisionRoutes(deps: DecisionDeps): RouteGroup {
  return {
    name: 'decisions',
    description: 'What people decide: recorded with who and why',
    routes: [decideOnRun(deps), decideByName(deps)],
  }
}

function decideOnRun(deps: DecisionDeps): Route {
  return route({
    ...decide,
    path: '/v1/runs/{id}/decisions',
    operationId: 'decideOnRun',
    summary: 'Approve, reject, hold or clear for one run',
    params: idParams,
    body: { form: 'json', types: jsonTypes, schema: runDecision, size: 'normal' },
    async handle({ params, body, caller }) {
      const run = await visibleRun(deps.store(), caller, params.id)
      return record(deps, caller, run, { ...body, namespace: run.namespace, name: run.name })
    },
  })
}

function decideByName(deps: DecisionDeps): Route {
  return route({
    ...decide,
    path: '/v1/decisions',
    operationId: 'decideByName',
    summary: 'The same by namespace and name; if no run is open, the decision applies to the next one',
    params: noInput,
    body: { form: 'json', types: jsonTypes, schema: namedDecision, size: 'normal' },
    async handle({ body, caller }) {
      checkNamespace(caller, body.namespace)
      return record(deps, caller, await openRun(deps.store(), body.namespace, body.name), body)
    },
  })
}

async function openRun(store: VerdictStore, namespace: string, name: string): Promise<Run | undefined> {
  const open = (await store.listRuns({ namespace, name, open: true, limit: 10 })).items
  // a pipeline may have a run too; a decision by name means the controller's run
  const controllers = open.filter(isControllers)
  const items = controllers.length > 0 ? controllers : open
  if (items.length > 1) {
    const ids = items.map(({ id }) => `"${id}"`).join(' and ')
    throw new AppError(
      'conflict',
      `expected one open run of ${namespace}/${name}, got ${ids}: decide on one by id`,
    )
  }
  return items[0]
}

async function record(
  deps: DecisionDeps,
  caller: Caller,
  run: Run | undefined,
  { by, ...request }: z.output<typeof namedDecision>,
): Promise<Answer> {
  const decision = await recordDecision(deps, {
    ...request,
    run,
    // a token may name a person; the stored decision also names the token
    by: by === undefined || by === caller.name ? caller.name : `${by} (token ${caller.name})`,
  })
  return { status: 201, json: decisionToJson(decision) }
}
