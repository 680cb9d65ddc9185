import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import type { Clock, Log, VerdictStore } from '../judge/ports/ports.ts'
import type { Connection } from './connection.ts'
import { inTime } from '../timeout.ts'
import { migrate } from './schema/migrate.ts'
import { createPostgresDialect } from './databases/postgres-dialect.ts'
import { makeFolder } from './databases/make-folder.ts'
import type { Database } from './schema/schema.ts'
import { createSqlStore } from './sql-store.ts'
import { createSqliteDialect } from './databases/sqlite-dialect.ts'

export interface OpenStoreOptions {
  /** `sqlite:PATH`, `sqlite::memory:` or `postgres://…` */
  readonly url: string
  readonly clock: Clock
  readonly log: Log
  /** How long one statement may last. */
  readonly timeoutMs?: number
  /** How long to try while the database is away. */
  readonly startTimeoutMs?: number
  /**
   * If it is still away after that: `reject`, or `start` with a store that answers `store-unavailable` until the
   * database is there. The first call that reaches the database then prepares it.
   */
  readonly whenAway?: 'reject' | 'start'
}

/**
 * Opens the store and brings its schema up to date. Rejects at once where waiting cannot help: a wrong address
 * (`bad-request`), a database written by a newer version (`conflict`).
 */
export const openStore = async (options: OpenStoreOptions): Promise<VerdictStore> => {
  const { clock, log, timeoutMs = 8_000, startTimeoutMs = 10_000, whenAway = 'reject' } = options
  const target = parseStoreUrl(options.url)
  const connection: Connection = {
    db: new Kysely<Database>({ dialect: createDialect(target, timeoutMs, log) }),
    kind: target.kind,
    clock,
    log,
  }
  const store = createSqlStore(connection, {
    prepare: async () => {
      await makeFile(target)
      await migrate(connection)
    },
  })
  try {
    await reach(store, startTimeoutMs, log)
    return store
  } catch (error) {
    if (isAway(error) && whenAway === 'start') {
      log.error({ err: error }, 'the store is away: verdicts are answered but not kept until it is back')
      return store
    }
    await store.close()
    throw error
  }
}

const createDialect = (target: StoreUrl, timeoutMs: number, log: Log) =>
  target.kind === 'sqlite'
    ? createSqliteDialect({ path: target.path, timeoutMs })
    : createPostgresDialect({ url: target.url, timeoutMs, log })

/** Makes the file readable for its owner alone; SQLite gives its other files the same rights. */
const makeFile = async (target: StoreUrl): Promise<void> => {
  if (target.kind !== 'sqlite' || target.path === ':memory:') return
  try {
    await makeFolder(dirname(target.path))
    await (await open(target.path, 'a', 0o600)).close()
  } catch (error) {
    throw new AppError(
      'store-unavailable',
      'expected a SQLite file in a folder, both of which can be written to',
      {
        cause: error,
      },
    )
  }
}

const firstPauseMs = 100
const longestPauseMs = 2_000
const shortestTryMs = 1_000

const reach = async (store: VerdictStore, startTimeoutMs: number, log: Log): Promise<void> => {
  const end = performance.now() + startTimeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      await answering(store, Math.max(end - performance.now(), shortestTryMs))
      return
    } catch (error) {
      if (!isAway(error) || performance.now() + pauseMs > end) throw error
      log.warn({ err: error, pauseMs }, 'the store is away, trying again')
      await pause(pauseMs)
    }
  }
}

/** Treats a connection that never answers as away. The store itself ends such calls. */
const answering = async (store: VerdictStore, timeoutMs: number): Promise<void> => {
  if ((await inTime(store.ping(), timeoutMs, () => 'late' as const)) !== 'late') return
  throw new AppError(
    'store-unavailable',
    `expected an answer of the store within ${Math.round(timeoutMs)} ms, got none`,
  )
}

const isAway = (error: unknown): boolean => error instanceof AppError && error.code === 'store-unavailable'

type StoreUrl =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string }

/** Its errors never repeat the address, because it may contain a password. */
const parseStoreUrl = (url: string): StoreUrl => {
  const sqlite = /^sqlite:(?:\/\/)?(?<path>.+)$/su.exec(url)?.groups?.['path']
  if (sqlite !== undefined && !sqlite.includes('\u0000')) return { kind: 'sqlite', path: sqlite }
  if (/^postgres(?:ql)?:\/\//u.test(url) && URL.canParse(url)) return { kind: 'postgres', url }
  throw new AppError(
    'bad-request',
    'expected a store address "sqlite:PATH", "sqlite::memory:" or "postgres://…", got something else',
  )
}
