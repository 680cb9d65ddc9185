import { DatabaseSync } from 'node:sqlite'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSqlite, retryBusy } from '../../../src/store/databases/sqlite-engine.ts'
import { databaseMoved, serveSqlite } from '../../../src/store/databases/sqlite-service.ts'
import type { SqliteReply, SqliteRequest } from '../../../src/store/databases/sqlite-service.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { aRun, silentLog, t0 } from '../../contract/rows.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The code of the worker, run without a worker. */
const serve = (path: string) => {
  const replies: SqliteReply[] = []
  let send: (request: SqliteRequest) => void = () => undefined
  let closed = false
  serveSqlite(
    {
      on: (_, listener) => {
        send = listener
      },
      postMessage: (reply) => replies.push(reply),
      close: () => {
        closed = true
      },
    },
    path,
  )
  const ask = (request: SqliteRequest): SqliteReply | undefined => {
    send(request)
    return replies.at(-1)
  }
  return { ask, isClosed: () => closed }
}

test('serveSqlite() answers rows, changes and errors under the id of the request, and closes', () => {
  const { ask, isClosed } = serve(':memory:')
  const run = (id: number, sql: string, ...parameters: readonly unknown[]) =>
    ask({ id, type: 'run', sql, parameters })
  expect(run(1, 'create table t (n integer primary key, b blob)')).toMatchObject({ id: 1, ok: true })
  const bytes = Buffer.from('abc')
  expect(run(2, 'insert into t values (?, ?)', 7, bytes)).toMatchObject({ id: 2, result: { changes: 1 } })
  expect(run(3, 'insert into t values (?, ?)', 7, undefined)).toMatchObject({
    id: 3,
    ok: false,
    failure: { errcode: 1555 },
  })
  expect(run(4, 'select n, b from t')).toMatchObject({
    result: { rows: [{ n: 7, b: new Uint8Array(bytes) }] },
  })
  expect(run(5, 'select ?', {})).toEqual({
    id: 5,
    ok: false,
    failure: { message: 'expected a value that SQLite can store, got object' },
  })
  for (let n = 0; n < 300; n += 1)
    expect(run(10 + n, `select ${n} as n`)).toMatchObject({ result: { rows: [{ n }] } })
  expect(ask({ id: 6, type: 'close' })).toEqual({ id: 6, ok: true, result: { rows: [] } })
  expect(isClosed()).toBe(true)
})

test('serveSqlite() opens the file again at the next request where it could not', async () => {
  const path = join(folder, 'later', 'x.db')
  const { ask } = serve(path)
  const request = { id: 1, type: 'run', sql: 'select 1 as one', parameters: [] } as const
  expect(ask(request)).toMatchObject({ ok: false, failure: { errcode: 14 } })
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(folder, 'later'))
  expect(ask(request)).toMatchObject({ ok: true, result: { rows: [{ one: 1 }] } })
  expect(ask({ id: 2, type: 'close' })).toMatchObject({ ok: true })
  expect(serve(path).ask({ id: 3, type: 'close' })).toMatchObject({ ok: true })
})

test('openSqlite() refuses a file that is no database', async () => {
  const path = join(folder, 'text')
  await writeFile(path, 'not a database, only a text that is long enough to have a header '.repeat(20))
  expect(() => openSqlite(path)).toThrow('file is not a database')
})

test('retryBusy() waits for a file that others hold, up to its deadline, and for nothing else', () => {
  const path = join(folder, 'busy.db')
  const holder = new DatabaseSync(path)
  holder.exec('create table t (n integer); begin exclusive')
  const other = new DatabaseSync(path)
  let tries = 0
  const write = (): void => {
    tries += 1
    if (tries === 3) holder.exec('commit')
    other.exec('insert into t values (1)')
  }
  retryBusy(write)
  expect(tries).toBe(3)
  holder.exec('begin exclusive')
  expect(() => {
    retryBusy(() => other.exec('insert into t values (1)'), 0)
  }).toThrow('locked')
  expect(() => {
    retryBusy(() => other.exec('nonsense'))
  }).toThrow('syntax error')
  other.close()
  holder.close()
})

test.each([
  ['deleted', (path: string) => rm(path)],
  [
    'replaced',
    async (path: string) => {
      await writeFile(`${path}.new`, '')
      await rename(`${path}.new`, path)
    },
  ],
])('serveSqlite() of a file that was %s says so once, and opens what is there now', async (what, change) => {
  const path = join(folder, `${what}.db`)
  const { ask } = serve(path)
  const run = (sql: string) => ask({ id: 1, type: 'run', sql, parameters: [] })
  expect(run('create table t (n)')).toMatchObject({ ok: true })
  await change(path)
  expect(run('insert into t values (1)')).toMatchObject({ ok: false, failure: { errcode: databaseMoved } })
  expect(run('create table t (n)')).toMatchObject({ ok: true })
})

test('a store whose SQLite file is deleted does not say that it kept anything, and goes on in a new file', async () => {
  const path = join(folder, 'gone.db')
  const store = await openStore({ url: `sqlite:${path}`, clock: { now: () => t0 }, log: silentLog })
  await store.openRun(aRun({ id: 'before' }))
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(`${path}${end}`, { force: true })))
  await expect(store.openRun(aRun({ id: 'after', name: 'other' }))).rejects.toMatchObject({
    code: 'store-unavailable',
  })
  await store.openRun(aRun({ id: 'after', name: 'other' }))
  expect(await store.getRun('before')).toBeUndefined()
  expect(await store.getRun('after')).toMatchObject({ id: 'after' })
  await store.close()
})
