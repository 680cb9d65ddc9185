import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { decisionToJson } from '../../judge/model/decision-to-json.ts'
import type { Clock, Decision, Log, Run, VerdictStore } from '../../judge/ports/ports.ts'
import type { Caller } from '../../http/auth/caller.ts'
import { jsonTypes } from '../../http/body/decode-text.ts'
import { noInput } from '../../http/request/no-input.ts'
import { route, type Answer, type Route, type RouteGroup } from '../../http/route.ts'
import { idParams, nameField, namespaceField, text } from '../../http/schemas/fields.ts'
import { decisionSchema } from './history-schemas.ts'
import { checkNamespace, visibleRun } from '../../http/auth/namespace-access.ts'
import { isControllers } from '../../judge/judge.ts'

export interface DecisionDeps {
  readonly store: () => VerdictStore
  readonly clock: Clock
  readonly log: Log
}

const decisionFields = {
  decision: z.enum(['approve', 'reject', 'hold', 'clear']),
  scope: z.enum(['step', 'run']).default('step').describe('`run`: for all steps that follow, too'),
  step: z.int().min(0).max(1000).exactOptional().describe('Default: the current step'),
  override: z.boolean().default(false).describe('Only with it does an approve beat a fail'),
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
      if (run.closedAt !== undefined) {
        throw new AppError('conflict', `expected an open run, but "${run.id}" is closed`)
      }
      return record(deps, caller, run, { ...body, namespace: run.namespace, name: run.name })
    },
  })
}

function decideByName(deps: DecisionDeps): Route {
  return route({
    ...decide,
    path: '/v1/decisions',
    operationId: 'decideByName',
    summary: 'The same by namespace and name; before a run is open it binds the next one',
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
  { store, clock, log }: DecisionDeps,
  caller: Caller,
  run: Run | undefined,
  request: z.output<typeof namedDecision>,
): Promise<Answer> {
  const step = request.step ?? (request.scope === 'step' ? await currentStep(store(), run) : undefined)
  const decision: Decision = {
    id: randomUUID(),
    namespace: request.namespace,
    name: request.name,
    ...(run !== undefined && { runId: run.id }),
    kind: request.decision,
    scope: request.scope,
    ...(step !== undefined && { step }),
    override: request.override,
    // a token may name a person; the stored decision also names the token
    by:
      request.by === undefined || request.by === caller.name
        ? caller.name
        : `${request.by} (token ${caller.name})`,
    reason: request.reason,
    at: await momentAfter(store(), request, run, clock.now()),
  }
  await store().saveDecision(decision)
  if (run === undefined) await bindToRunOpenedMeanwhile(store(), request)
  const { id, namespace, name, kind, by } = decision
  log.info({ decision: { id, namespace, name, kind, by, run: run?.id } }, 'decision recorded')
  return { status: 201, json: decisionToJson(decision) }
}

/**
 * The time of a new decision: later than all earlier ones, whatever the clocks of the replicas show, so that `clear`
 * takes effect.
 */
async function momentAfter(
  store: VerdictStore,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  run: Run | undefined,
  now: number,
): Promise<number> {
  const before = await store.listDecisions({ namespace, name, ...(run !== undefined && { runId: run.id }) })
  return Math.max(now, (before.at(-1)?.at ?? 0) + 1)
}

/** Binds the decision to a run that was opened after this request looked for one and before it wrote the decision. */
async function bindToRunOpenedMeanwhile(
  store: VerdictStore,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const { items } = await store.listRuns({ namespace, name, open: true, limit: 1 })
  if (items[0] !== undefined) await store.bindDecisions(items[0])
}

async function currentStep(store: VerdictStore, run: Run | undefined): Promise<number | undefined> {
  if (run === undefined) return undefined
  const steps = await store.listSteps(run.id)
  return steps.length === 0 ? undefined : Math.max(...steps.map(({ index }) => index))
}
