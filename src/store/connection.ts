import type { Kysely, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { Clock, Log } from '../judge/ports/ports.ts'
import type { Database } from './schema/schema.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

/** What every operation of the store works on. */
export interface Connection {
  readonly db: Kysely<Database>
  readonly kind: DatabaseKind
  readonly clock: Clock
  readonly log: Log
}

/** The advisory lock numbers of this application: its initials in ASCII, then a number for what is locked. */
const application = 0x63_6a_64_67
const locks = { migration: 1, recordings: 2 } as const

/**
 * Takes a lock until the transaction ends. On SQLite every transaction begins `immediate`, which already allows only
 * one writer at a time.
 */
export const holdLock = async (
  transaction: Transaction<Database>,
  kind: DatabaseKind,
  what: keyof typeof locks,
  mode: 'shared' | 'exclusive' = 'exclusive',
): Promise<void> => {
  if (kind === 'sqlite') return
  const call = sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
  await sql`select ${call}(${sql.lit(application)}, ${sql.lit(locks[what])})`.execute(transaction)
}
