import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely'
import { SqliteThread, SqliteThreadLost } from './sqlite-thread.ts'
import { restoreRow, toStorable } from '../storable-text.ts'

export interface SqliteSettings {
  readonly path: string
  /** How long a statement, or the wait for its turn, may last. */
  readonly timeoutMs: number
  readonly startThread?: (path: string, timeoutMs: number) => SqliteThread
}

/** kysely over one SQLite connection in a worker thread, so that no statement and no fsync blocks the event loop. */
export const createSqliteDialect = (settings: SqliteSettings): Dialect => ({
  createDriver: () => new SqliteDriver(settings),
  createAdapter: () => new QueueingAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
})

/** The driver has its own queue with a time limit; kysely's queue has none. */
class QueueingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #thread: SqliteThread
  readonly #release: () => void

  constructor(thread: SqliteThread, release: () => void) {
    this.#thread = thread
    this.#release = release
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const parameters = query.parameters.map(toStorable)
    const { rows, changes } = await this.#thread.run({ sql: query.sql, parameters })
    // oxlint-disable-next-line typescript/no-explicit-any -- kysely knows the type of the rows, the thread does not
    const restored: any[] = rows.map(restoreRow)
    return changes === undefined ? { rows: restored } : { rows: restored, numAffectedRows: BigInt(changes) }
  }

  // oxlint-disable-next-line require-yield -- the interface asks for it and nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('expected a query that does not stream')
  }

  async discard(): Promise<void> {
    await this.#thread.terminate()
  }

  release(): void {
    this.#release()
  }
}

class SqliteDriver implements Driver {
  readonly #settings: SqliteSettings
  #thread: SqliteThread | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(settings: SqliteSettings) {
    this.#settings = settings
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    const release = await this.#takeTurn()
    try {
      return new SqliteConnection(this.#liveThread(), release)
    } catch (error) {
      release()
      throw error
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // immediate: a transaction that reads first could not become a writer once another process has written
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'))
    } catch {
      // SQLite may have rolled back itself, or the thread is gone; a new thread is certain to have no transaction
      if (connection instanceof SqliteConnection) await connection.discard()
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof SqliteConnection) connection.release()
  }

  async destroy(): Promise<void> {
    await this.#thread?.close()
  }

  #liveThread(): SqliteThread {
    const { path, timeoutMs } = this.#settings
    if (this.#thread?.lost === true && path === ':memory:') {
      throw new SqliteThreadLost('the in-memory database is gone with its thread')
    }
    if (this.#thread === undefined || this.#thread.lost) {
      const start = this.#settings.startThread ?? ((file, limit) => new SqliteThread(file, limit))
      this.#thread = start(path, timeoutMs)
    }
    return this.#thread
  }

  /** First come, first served. A caller that waits longer than the limit gives up its turn. */
  async #takeTurn(): Promise<() => void> {
    const before = this.#turn
    const { promise, resolve: release } = Promise.withResolvers<void>()
    this.#turn = (async () => {
      await before
      await promise
    })()
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(new SqliteThreadLost(`SQLite was busy for ${this.#settings.timeoutMs} ms`))
    }, this.#settings.timeoutMs)
    try {
      await Promise.race([before, late])
      return release
    } catch (error) {
      release()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
}
