import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'

export interface SqliteStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export interface SqliteRows {
  readonly rows: unknown[]
  readonly changes?: number | bigint
}

export interface SqliteEngine {
  run(statement: SqliteStatement): SqliteRows
  close(): void
}

/** It works synchronously, so it must run in a worker thread. */
export const openSqlite = (path: string): SqliteEngine => {
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    retryBusy(() => db.exec('pragma journal_mode = wal'))
    db.exec('pragma synchronous = full; pragma foreign_keys = on; pragma journal_size_limit = 67108864')
  } catch (error) {
    db.close()
    throw error
  }
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    if (prepared.size >= maxPrepared) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }
  return {
    run: ({ sql, parameters }) => {
      const statement = prepare(sql)
      const bound = parameters.map(toBound)
      if (statement.columns().length > 0) return { rows: statement.all(...bound) }
      return { rows: [], changes: statement.run(...bound).changes }
    },
    close: () => {
      db.close()
    },
  }
}

const busyTimeoutMs = 5_000
const maxPrepared = 200
/** SQLITE_BUSY; extended codes carry it in the low byte. */
const busy = 5

/** Switching to WAL needs exclusive access for a moment, and SQLite does not wait for that itself. */
export const retryBusy = (action: () => void, deadline = performance.now() + busyTimeoutMs): void => {
  for (;;) {
    try {
      action()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === busy

const toBound = (value: unknown): SQLInputValue => {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  throw new TypeError(`expected a value that SQLite can store, got ${typeof value}`)
}
