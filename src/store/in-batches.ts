import { setTimeout as pause } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { type Connection, holdLock } from './connection.ts'
import type { Database } from './schema/schema.ts'

/** What one step saw, and what of it went. */
export interface Batch {
  readonly seen: number
  readonly runs: number
  readonly recordings: number
}

export interface BatchesOf {
  readonly connection: Connection
  /** A step that sees fewer is the last. */
  readonly size: number
  readonly signal: AbortSignal | undefined
}

const shortestPauseMs = 5
const longestPauseMs = 100

/** A transaction for each step, and a pause after it: writers of this and other processes get their turn in between. */
export const inBatches = async (
  { connection, size, signal }: BatchesOf,
  step: (transaction: Transaction<Database>) => Promise<Batch>,
): Promise<Pick<Batch, 'runs' | 'recordings'>> => {
  const total = { runs: 0, recordings: 0 }
  for (;;) {
    const began = performance.now()
    const done = await connection.db.transaction().execute(async (transaction) => {
      // nobody saves a recording while its chunks may be going
      await holdLock(transaction, connection.kind, 'recordings')
      return step(transaction)
    })
    total.runs += done.runs
    total.recordings += done.recordings
    if (done.seen < size || signal?.aborted === true) return total
    // Another process asks for SQLite's file every so often, and would always find it taken.
    await pause(Math.min(Math.max(performance.now() - began, shortestPauseMs), longestPauseMs))
  }
}
