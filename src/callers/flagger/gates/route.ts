import { randomUUID } from 'node:crypto'
import { startDeadline } from '../../../judge/model/deadline.ts'
import type { Clock, Gate, Log, VerdictStore } from '../../../judge/ports/ports.ts'
import { checkNamespace } from '../../../http/auth/namespace-access.ts'
import { formType, jsonTypes } from '../../../http/body/decode-text.ts'
import { noBody, noInput } from '../../../http/request/no-input.ts'
import { route, type Answer, type Route, type RouteGroup } from '../../../http/route.ts'
import { gateRequestSchema } from './gate-schemas.ts'

export interface GateDeps {
  readonly store: () => VerdictStore
  readonly clock: Clock
  readonly log: Log
}

/** Below the ten seconds after which Flagger gives up. */
const deadlineMs = 5000

/**
 * The paths and answers of Flagger's load tester, which people use to approve by hand. A gate is independent of the
 * judge: it changes no verdict, and stays as it is until a person changes it.
 */
export function gateRoutes(deps: GateDeps): RouteGroup {
  return {
    name: 'gates',
    description: "Gates to open and close by hand, as Flagger's load tester has them",
    routes: [
      constant('/gate/approve', 'approveGate', 'Lets everything through', says(200, 'OK')),
      constant('/gate/halt', 'haltGate', 'Lets nothing through', says(403, 'Forbidden')),
      check(deps, 'gate', 'checkGate', 'Whether the gate is open; it is closed at first'),
      change(deps, 'gate', { open: true, operationId: 'openGate', summary: 'Lets the canary go on' }),
      change(deps, 'gate', { open: false, operationId: 'closeGate', summary: 'Holds the canary' }),
      check(deps, 'rollback', 'checkRollback', '200 = roll back now'),
      change(deps, 'rollback', { open: true, operationId: 'openRollback', summary: 'Rolls the canary back' }),
      change(deps, 'rollback', {
        open: false,
        operationId: 'closeRollback',
        summary: 'Closes the gate, so that nothing is rolled back',
      }),
    ],
  }
}

const asked = { method: 'post', roles: ['judge', 'decide'], limit: 'none' } as const
const nothing = { params: noInput, query: noInput } as const
// `curl -d` labels every body as a form, and the load tester accepts that.
const types = [...jsonTypes, formType]
const body = { form: 'json', types, schema: gateRequestSchema, size: 'normal' } as const
const line = (description: string) => ({ description, type: 'text/plain' })

const says = (status: number, text: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  content: text,
})

function constant(path: string, operationId: string, summary: string, answer: Answer): Route {
  const answers = { [answer.status]: line('Always') }
  return route({
    ...asked,
    ...nothing,
    path,
    operationId,
    summary,
    body: noBody,
    answers,
    handle: () => answer,
  })
}

function check({ store }: GateDeps, gate: Gate, operationId: string, summary: string): Route {
  return route({
    ...asked,
    ...nothing,
    path: `/${gate}/check`,
    operationId,
    summary,
    body,
    answers: { 200: line('Open'), 403: line('Closed') },
    async handle({ body: { namespace, name }, caller }) {
      checkNamespace(caller, namespace)
      const [latest] = await inTime(store().listGateChanges({ namespace, name, gate, limit: 1 }))
      return latest?.open === true ? says(200, 'Approved') : says(403, 'Forbidden')
    },
  })
}

interface Change {
  readonly open: boolean
  readonly operationId: string
  readonly summary: string
}

function change({ store, clock, log }: GateDeps, gate: Gate, { open, operationId, summary }: Change): Route {
  return route({
    ...nothing,
    method: 'post',
    roles: ['decide'],
    limit: 'decide',
    path: `/${gate}/${open ? 'open' : 'close'}`,
    operationId,
    summary,
    body,
    answers: { 202: line('Done, and kept') },
    async handle({ body: { namespace, name }, caller }) {
      checkNamespace(caller, namespace)
      const by = caller.name
      await inTime(
        store().saveGateChange({ id: randomUUID(), namespace, name, gate, open, by, at: clock.now() }),
      )
      log.info({ gate: { namespace, name, gate, open, by } }, `${gate} ${open ? 'opened' : 'closed'}`)
      return says(202, open ? 'Opened' : 'Closed')
    },
  })
}

/** Limits the time: with a store that hangs, Flagger would wait until its own timeout and get no reason. */
const inTime = <T>(work: Promise<T>): Promise<T> => startDeadline(deadlineMs).within(work)
