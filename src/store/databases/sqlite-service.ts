import { statSync } from 'node:fs'
import { openSqlite } from './sqlite-engine.ts'
import type { SqliteEngine, SqliteRows, SqliteStatement } from './sqlite-engine.ts'

export type SqliteRequest =
  | ({ readonly id: number; readonly type: 'run' } & SqliteStatement)
  | { readonly id: number; readonly type: 'close' }

/** SQLITE_READONLY_DBMOVED: the file is not the one that was opened. */
export const databaseMoved = 1032

export interface SqliteFailure {
  readonly message: string
  readonly errcode?: number
}

export type SqliteReply =
  | { readonly id: number; readonly ok: true; readonly result: SqliteRows }
  | { readonly id: number; readonly ok: false; readonly failure: SqliteFailure }

interface Port {
  on(event: 'message', listener: (request: SqliteRequest) => void): unknown
  postMessage(reply: SqliteReply): void
  close(): void
}

/** The worker's side. It opens the file at the first request and, if that failed, again at the next one. */
export const serveSqlite = (port: Port, path: string): void => {
  let engine: SqliteEngine | undefined
  let file: string | undefined
  const open = (): SqliteEngine => {
    const opened = openSqlite(path)
    file = fileAt(path)
    return opened
  }
  const answer = (request: SqliteRequest): SqliteReply => {
    try {
      if (request.type === 'close') {
        engine?.close()
        return { id: request.id, ok: true, result: { rows: [] } }
      }
      // writes to a file that was deleted or replaced would be lost when the process ends
      if (engine !== undefined && file !== fileAt(path)) {
        engine.close()
        engine = undefined
        throw new MovedError(`the file ${path} was deleted or replaced`)
      }
      engine ??= open()
      return { id: request.id, ok: true, result: engine.run(request) }
    } catch (error) {
      return { id: request.id, ok: false, failure: toFailure(error) }
    }
  }
  port.on('message', (request) => {
    port.postMessage(answer(request))
    if (request.type === 'close') port.close()
  })
}

/** The error that SQLite itself gives when it notices a moved file: SQLITE_READONLY_DBMOVED. */
class MovedError extends Error {
  readonly errcode = databaseMoved
}

/** Identifies the file at a path; undefined where there is none, as for a database in memory. */
function fileAt(path: string): string | undefined {
  const stat = path === ':memory:' ? undefined : statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : `${stat.dev}:${stat.ino}`
}

const toFailure = (error: unknown): SqliteFailure => {
  if (!(error instanceof Error)) return { message: String(error) }
  const errcode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
  return errcode === undefined ? { message: error.message } : { message: error.message, errcode }
}
