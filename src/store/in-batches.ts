import { setTimeout as pause } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { type Connection, holdLock } from './connection.ts'
import type { Database } from './schema/schema.ts'

/** How many rows one step found, and how many it deleted. */
export interface Batch {
  readonly seen: number
  readonly runs: number
  readonly recordings: number
}

export interface BatchesOf {
  readonly connection: Connection
  /** A step that finds fewer is the last. */
  readonly size: number
  readonly signal: AbortSignal | undefined
}

const shortestPauseMs = 5
const longestPauseMs = 100

/**
 * Runs each step in a transaction of its own, with a pause after it, so that other writers get their turn in between.
 */
export const inBatches = async (
  { connection, size, signal }: BatchesOf,
  step: (transaction: Transaction<Database>) => Promise<Batch>,
): Promise<Pick<Batch, 'runs' | 'recordings'>> => {
  const total = { runs: 0, recordings: 0 }
  for (;;) {
    const began = performance.now()
    const done = await connection.db.transaction().execute(async (transaction) => {
      // no recording may be saved while its chunks may be deleted
      await holdLock(transaction, connection.kind, 'recordings')
      return step(transaction)
    })
    total.runs += done.runs
    total.recordings += done.recordings
    if (done.seen < size || signal?.aborted === true) return total
    // a process that waits for SQLite's file tries only now and then, and without a pause would never get it
    await pause(Math.min(Math.max(performance.now() - began, shortestPauseMs), longestPauseMs))
  }
}
