import { openSqlite } from './sqlite-engine.ts'
import type { SqliteEngine, SqliteRows, SqliteStatement } from './sqlite-engine.ts'

export type SqliteRequest =
  | ({ readonly id: number; readonly type: 'run' } & SqliteStatement)
  | { readonly id: number; readonly type: 'close' }

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

/** The worker's side: opens the file at the first request, and again at the next one where that failed. */
export const serveSqlite = (port: Port, path: string): void => {
  let engine: SqliteEngine | undefined
  const answer = (request: SqliteRequest): SqliteReply => {
    try {
      if (request.type === 'close') {
        engine?.close()
        return { id: request.id, ok: true, result: { rows: [] } }
      }
      engine ??= openSqlite(path)
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

const toFailure = (error: unknown): SqliteFailure => {
  if (!(error instanceof Error)) return { message: String(error) }
  const errcode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
  return errcode === undefined ? { message: error.message } : { message: error.message, errcode }
}
