import { z } from 'zod'
import type { GateChange, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'
import type { GateChangeRow } from '../schema/schema.ts'
import { textKey } from '../text-key.ts'

type Gates = Pick<VerdictStore, 'saveGateChange' | 'listGateChanges'>

export const createGates = (connection: Connection): Gates => ({
  saveGateChange: (change) => saveGateChange(connection, change),
  listGateChanges: (of) => listGateChanges(connection, of),
})

const saveGateChange = async ({ db }: Connection, change: GateChange): Promise<void> => {
  checkId(change.id, 'gate.id')
  await db
    .insertInto('gate_changes')
    .values({
      id: change.id,
      subject_key: textKey(change.namespace, change.name),
      namespace: change.namespace,
      name: change.name,
      gate: change.gate,
      open: change.open ? 1 : 0,
      changed_by: change.by,
      at: change.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

const listGateChanges = async (
  { db }: Connection,
  { namespace, name, gate, limit }: Parameters<Gates['listGateChanges']>[0],
): Promise<readonly GateChange[]> => {
  const all = db.selectFrom('gate_changes').selectAll().where('subject_key', '=', textKey(namespace, name))
  const some = gate === undefined ? all : all.where('gate', '=', gate)
  const rows = await some.orderBy('seq', 'desc').limit(limit).execute()
  return rows.map(toChange)
}

const gates = z.enum(['gate', 'rollback'])

const toChange = (row: Omit<GateChangeRow, 'seq'>): GateChange => ({
  id: row.id,
  namespace: row.namespace,
  name: row.name,
  gate: gates.parse(row.gate),
  open: row.open === 1,
  by: row.changed_by,
  at: row.at,
})
