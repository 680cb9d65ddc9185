import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { NewMessage, RolloutEvent, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema/schema.ts'

type Messages = Pick<VerdictStore, 'claimMessage' | 'settleMessage'>

export const createMessages = (connection: Connection): Messages => ({
  claimMessage: (target, moment) => claimMessage(connection, target, moment),
  settleMessage: (id, outcome) => settleMessage(connection, id, outcome),
})

export interface Announced<T> {
  readonly messages: readonly NewMessage[] | undefined
  readonly change: (db: Kysely<Database>) => Promise<T>
  /** Whether it was this call that changed something. */
  readonly isNew?: (result: T) => boolean
}

/** Makes a change and keeps its messages in one transaction. */
export const announce = async <T>(
  { db, clock }: Connection,
  { messages = [], change, isNew = () => true }: Announced<T>,
): Promise<T> => {
  if (messages.length === 0) return change(db)
  return db.transaction().execute(async (transaction) => {
    const result = await change(transaction)
    if (isNew(result)) await keep(transaction, messages, clock.now())
    return result
  })
}

const keep = async (db: Kysely<Database>, messages: readonly NewMessage[], now: number): Promise<void> => {
  const rows = messages.map(({ id, target, event }) => ({
    id: checkId(id, 'message.id'),
    target,
    event: JSON.stringify(event),
    created_at: now,
    due_at: now,
    tries: 0,
  }))
  await db
    .insertInto('messages')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

const claimMessage = async (
  { db, kind }: Connection,
  target: string,
  { now, until }: Parameters<Messages['claimMessage']>[1],
): ReturnType<Messages['claimMessage']> => {
  const due = db
    .selectFrom('messages')
    .select('seq')
    .where('target', '=', target)
    .where('done_at', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('seq')
    .limit(1)
  const row = await db
    .updateTable('messages')
    .set((eb) => ({ due_at: until, tries: eb('tries', '+', 1) }))
    // SQLite has one writer at a time; PostgreSQL would let two replicas read the same row.
    .where('seq', '=', kind === 'sqlite' ? due : due.forUpdate().skipLocked())
    .returningAll()
    .executeTakeFirst()
  return row && { id: row.id, target: row.target, event: toEvent(row.event), tries: row.tries }
}

const settleMessage = async (
  { db }: Connection,
  id: string,
  outcome: Parameters<Messages['settleMessage']>[1],
): Promise<void> => {
  await db
    .updateTable('messages')
    .set('doneAt' in outcome ? { done_at: outcome.doneAt } : { due_at: outcome.dueAt })
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .execute()
}

/** Only this file writes the column. */
const event = z.custom<RolloutEvent>(
  (value) => typeof value === 'object' && value !== null && 'kind' in value,
)
const toEvent = (text: string): RolloutEvent => event.parse(JSON.parse(text))
