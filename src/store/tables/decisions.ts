import { z } from 'zod'
import type { Decision, NewMessage, Run, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'
import { present } from '../present.ts'
import type { DecisionRow } from '../schema/schema.ts'
import { textKey } from '../text-key.ts'
import { announce } from './messages.ts'

type Decisions = Pick<VerdictStore, 'saveDecision' | 'listDecisions' | 'bindDecisions'>

export const createDecisions = (connection: Connection): Decisions => ({
  saveDecision: (decision, messages) => saveDecision(connection, decision, messages),
  listDecisions: (of) => listDecisions(connection, of),
  bindDecisions: (run) => bindDecisions(connection, run),
})

const saveDecision = async (
  connection: Connection,
  decision: Decision,
  messages?: readonly NewMessage[],
): Promise<void> => {
  checkId(decision.id, 'decision.id')
  if (decision.runId !== undefined) checkId(decision.runId, 'decision.runId')
  await announce(connection, {
    messages,
    change: (db) =>
      db
        .insertInto('decisions')
        .values(toDecisionRow(decision))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
  })
}

const listDecisions = async (
  { db }: Connection,
  of: Parameters<Decisions['listDecisions']>[0],
): Promise<readonly Decision[]> => {
  const rows = await db
    .selectFrom('decisions')
    .selectAll()
    .where('subject_key', '=', textKey(of.namespace, of.name))
    .where((eb) =>
      eb.or([eb('run_id', 'is', null), ...(of.runId === undefined ? [] : [eb('run_id', '=', of.runId)])]),
    )
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map(toDecision)
}

const bindDecisions = async ({ db }: Connection, run: Run): Promise<void> => {
  await db
    .updateTable('decisions')
    .set({ run_id: run.id })
    .where('subject_key', '=', textKey(run.namespace, run.name))
    .where('run_id', 'is', null)
    .execute()
}

const kinds = z.enum(['approve', 'reject', 'hold', 'clear'])
const scopes = z.enum(['step', 'run'])

const toDecision = (row: DecisionRow): Decision => ({
  id: row.id,
  namespace: row.namespace,
  name: row.name,
  kind: kinds.parse(row.kind),
  scope: scopes.parse(row.scope),
  override: row.override === 1,
  by: row.decided_by,
  reason: row.reason,
  at: row.at,
  ...present({ runId: row.run_id, step: row.step }),
})

const toDecisionRow = (decision: Decision): DecisionRow => ({
  id: decision.id,
  subject_key: textKey(decision.namespace, decision.name),
  namespace: decision.namespace,
  name: decision.name,
  run_id: decision.runId ?? null,
  kind: decision.kind,
  scope: decision.scope,
  step: decision.step ?? null,
  override: decision.override ? 1 : 0,
  decided_by: decision.by,
  reason: decision.reason,
  at: decision.at,
})
