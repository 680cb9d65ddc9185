import { monitorEventLoopDelay } from 'node:perf_hooks'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { openStore } from '../../../src/store/open-store.ts'
import { createSqliteDialect } from '../../../src/store/databases/sqlite-dialect.ts'
import { SqliteThread } from '../../../src/store/databases/sqlite-thread.ts'
import { sampleRecording } from '../../support/recordings.ts'
import { aRun, aVerdict, silentLog, t0 } from '../../contract/rows.ts'

const folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
let files = 0
const freshFile = (): string => {
  files += 1
  return join(folder, `${files}.db`)
}
afterAll(() => rm(folder, { recursive: true, force: true }))

const clock = { now: (): number => t0 }

/** Opens the SQLite dialect of the store, and gives its threads too. */
const openDialect = (path: string, timeoutMs = 8_000) => {
  const threads: SqliteThread[] = []
  const db = new Kysely<{ readonly t: { readonly n: number } }>({
    dialect: createSqliteDialect({
      path,
      timeoutMs,
      startThread: (file, limit) => {
        const thread = new SqliteThread(file, limit)
        threads.push(thread)
        return thread
      },
    }),
  })
  return { db, threads }
}

/** A query that takes about a second inside SQLite, where nothing can interrupt it. */
const long = `with recursive c(x) as (values (1) union all select x + 1 from c where x < 6000000) select max(x) from c`

describe('the SQLite thread', () => {
  test('is WAL with synchronous FULL, a busy timeout of 5 s and foreign keys', async () => {
    const { db } = openDialect(freshFile())
    const pragma = async (name: string): Promise<unknown> =>
      Object.values(
        (await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {},
      )[0]
    expect(await pragma('journal_mode')).toBe('wal')
    expect(await pragma('synchronous')).toBe(2)
    expect(await pragma('busy_timeout')).toBe(5000)
    expect(await pragma('foreign_keys')).toBe(1)
    await db.destroy()
  })

  test('that dies is an error for all who wait, and the next call starts another one', async () => {
    const { db, threads } = openDialect(freshFile())
    await sql`create table t (n integer)`.execute(db)
    const waiting = [long, 'select 1'].map(async (text) => threads[0]?.run({ sql: text, parameters: [] }))
    const answers = Promise.allSettled(waiting)
    await threads[0]?.terminate()
    for (const answer of await answers) {
      expect(answer).toMatchObject({ reason: { message: 'the SQLite thread was stopped' } })
    }
    const { rows } = await sql<{ n: number }>`select count(*) as n from t`.execute(db)
    expect(rows).toHaveLength(1)
    expect(threads).toHaveLength(2)
    await db.destroy()
  })

  test('that dies inside a transaction takes the transaction with it', async () => {
    const { db, threads } = openDialect(freshFile())
    await sql`create table t (n integer)`.execute(db)
    const transaction = db.transaction().execute(async (trx) => {
      await sql`insert into t values (1)`.execute(trx)
      await threads[0]?.terminate()
      await sql`insert into t values (2)`.execute(trx)
    })
    await expect(transaction).rejects.toThrow('the SQLite thread was stopped')
    expect((await sql`select * from t`.execute(db)).rows).toEqual([])
    await db.destroy()
  })

  test('that does not answer in time is given up', async () => {
    const thread = new SqliteThread(freshFile(), 200)
    const answer = thread.run({ sql: long, parameters: [] })
    await expect(answer).rejects.toThrow('did not answer within 200 ms')
    expect(thread.lost).toBe(true)
    await expect(thread.run({ sql: 'select 1', parameters: [] })).rejects.toThrow('did not answer')
    await thread.close()
  })

  test('is waited for no longer than the limit, and the turn passes by those who gave up', async () => {
    const { db } = openDialect(freshFile(), 2_500)
    await sql`select 1`.execute(db)
    const { promise, resolve } = Promise.withResolvers<void>()
    const holder = db.connection().execute(() => promise)
    await expect(sql`select 1`.execute(db)).rejects.toThrow('SQLite was busy for 2500 ms')
    resolve()
    await holder
    await sql`select 1`.execute(db)
    await db.destroy()
  })

  test('of a database in memory is not replaced by an empty one', async () => {
    const { db, threads } = openDialect(':memory:')
    await sql`select 1`.execute(db)
    await threads[0]?.terminate()
    await expect(sql`select 1`.execute(db)).rejects.toThrow('the in-memory database is gone')
  })

  test('rolls back, refuses to stream, and passes on what SQLite says', async () => {
    const { db } = openDialect(freshFile())
    await sql`create table t (n integer primary key)`.execute(db)
    const failing = db.transaction().execute(async (trx) => {
      await sql`insert into t values (1)`.execute(trx)
      await sql`insert into t values (1)`.execute(trx)
    })
    await expect(failing).rejects.toMatchObject({ name: 'SqliteError', errcode: 1555 })
    expect((await sql`select * from t`.execute(db)).rows).toEqual([])
    await expect(db.selectFrom('t').selectAll().stream().next()).rejects.toThrow('does not stream')
    await expect(sql`select ${new Date()}`.execute(db)).rejects.toThrow('that SQLite can store')
    expect((await sql`select ${true} as a, ${null} as b, ${2n} as c`.execute(db)).rows).toEqual([
      { a: 1, b: null, c: 2 },
    ])
    await db.destroy()
  })
})

describe('the event loop', () => {
  test('goes on while another process holds the SQLite file for half a second', async () => {
    const path = freshFile()
    const store = await openStore({ url: `sqlite:${path}`, clock, log: silentLog })
    const other = new DatabaseSync(path)
    other.exec('begin immediate')
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const started = performance.now()
    setTimeout(() => {
      other.exec('commit')
    }, 500)
    await store.openRun(aRun())
    expect(performance.now() - started).toBeGreaterThan(450)
    delay.disable()
    // a synchronous wait would show as one delay of 500 ms
    expect(delay.max / 1e6).toBeLessThan(400)
    other.close()
    await store.close()
  })

  test('goes on under a hundred writers of verdicts and recordings', async () => {
    const store = await openStore({ url: `sqlite:${freshFile()}`, clock, log: silentLog })
    const { run } = await store.openRun(aRun())
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const writing = Array.from({ length: 100 }, async (_, n) => {
      await store.saveRecording(run.id, sampleRecording(200 + n))
      await store.saveVerdict(aVerdict(run.id, { body: { text: 'x'.repeat(20_000) } }))
    })
    await Promise.all(writing)
    delay.disable()
    expect(delay.percentile(90) / 1e6).toBeLessThan(100)
    expect(delay.max / 1e6).toBeLessThan(1_000)
    await store.close()
  })
})
