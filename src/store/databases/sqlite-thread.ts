import { Worker } from 'node:worker_threads'
import type { SqliteRows, SqliteStatement } from './sqlite-engine.ts'
import type { SqliteReply, SqliteRequest } from './sqlite-service.ts'

export class SqliteError extends Error {
  /** SQLite's extended result code; undefined when the failure is not SQLite's own. */
  readonly errcode: number | undefined

  constructor(message: string, errcode?: number) {
    super(message)
    this.name = 'SqliteError'
    this.errcode = errcode
  }
}

/** The thread did not answer, or has ended: whether the statement took effect is unknown. */
export class SqliteThreadLost extends Error {
  override readonly name = 'SqliteThreadLost'
}

interface Waiter {
  readonly resolve: (rows: SqliteRows) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** One worker thread with one SQLite connection. After a failure it stays lost, and its owner starts another one. */
export class SqliteThread {
  readonly #worker: Worker
  readonly #timeoutMs: number
  readonly #waiting = new Map<number, Waiter>()
  #nextId = 0
  #lost: SqliteThreadLost | undefined

  constructor(path: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    // the parent's --import hooks and NODE_OPTIONS must not apply to this thread
    this.#worker = new Worker(workerUrl, {
      workerData: path,
      execArgv: [],
      env: {},
      name: 'canary-judge-sqlite',
      // the thread keeps no data; without this limit V8 would give it as much memory for garbage as the service
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    this.#worker.on('message', (reply: SqliteReply) => {
      this.#settle(reply)
    })
    this.#worker.on('error', (error) => {
      this.#lose(`the SQLite thread failed: ${error instanceof Error ? error.message : String(error)}`)
    })
    this.#worker.on('exit', (code) => {
      this.#lose(`the SQLite thread ended with code ${code}`)
    })
    this.#worker.unref()
  }

  get lost(): boolean {
    return this.#lost !== undefined
  }

  async run(statement: SqliteStatement): Promise<SqliteRows> {
    return this.#ask((id) => ({ id, type: 'run', sql: statement.sql, parameters: statement.parameters }))
  }

  async close(): Promise<void> {
    if (this.#lost === undefined) await this.#ask((id) => ({ id, type: 'close' })).catch(ignore)
    await this.terminate()
  }

  /** Stops the thread at any point; SQLite rolls back an open transaction. */
  async terminate(): Promise<void> {
    this.#lose('the SQLite thread was stopped')
    await this.#worker.terminate()
  }

  #ask(request: (id: number) => SqliteRequest): Promise<SqliteRows> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost)
        return
      }
      const id = this.#nextId
      this.#nextId += 1
      const timer = setTimeout(() => {
        this.#lose(`SQLite did not answer within ${this.#timeoutMs} ms`)
        void this.#worker.terminate()
      }, this.#timeoutMs)
      this.#waiting.set(id, { resolve, reject, timer })
      // an idle store does not keep the process alive, a busy one does
      this.#worker.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage(request(id))
    })
  }

  #settle(reply: SqliteReply): void {
    const waiter = this.#waiting.get(reply.id)
    if (waiter === undefined) return
    this.#waiting.delete(reply.id)
    clearTimeout(waiter.timer)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (reply.ok) waiter.resolve(reply.result)
    else waiter.reject(new SqliteError(reply.failure.message, reply.failure.errcode))
  }

  #lose(reason: string): void {
    this.#lost ??= new SqliteThreadLost(reason)
    for (const waiter of this.#waiting.values()) {
      clearTimeout(waiter.timer)
      waiter.reject(this.#lost)
    }
    this.#waiting.clear()
  }
}

/** The compiler does not rewrite this name: the worker is beside this file, with the same extension. */
const workerUrl = new URL(
  `./sqlite-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
)

const ignore = (): undefined => undefined
