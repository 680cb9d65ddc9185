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

/** The thread did not answer, or is gone: nobody knows whether the statement took effect. */
export class SqliteThreadLost extends Error {
  override readonly name = 'SqliteThreadLost'
}

interface Waiter {
  readonly resolve: (rows: SqliteRows) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** One worker thread with one SQLite connection. When it is lost, it stays lost: its owner starts another one. */
export class SqliteThread {
  readonly #worker: Worker
  readonly #timeoutMs: number
  readonly #waiting = new Map<number, Waiter>()
  #nextId = 0
  #lost: SqliteThreadLost | undefined

  constructor(path: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    // a clean thread: the parent's --import hooks and NODE_OPTIONS are not meant for it
    this.#worker = new Worker(workerUrl, {
      workerData: path,
      execArgv: [],
      env: {},
      name: 'canary-judge-sqlite',
      // It hands rows on and keeps nothing; V8 would give it as much room for garbage as the service itself.
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

  /** Stops the thread wherever it stands; an open transaction is rolled back by SQLite. */
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

/** The compiler does not rewrite this name: the worker lies beside this file, under the same extension. */
const workerUrl = new URL(
  `./sqlite-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
)

const ignore = (): undefined => undefined
