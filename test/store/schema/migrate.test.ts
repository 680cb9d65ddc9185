import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../../src/store/connection.ts'
import { migrate } from '../../../src/store/schema/migrate.ts'
import { migrations } from '../../../src/store/schema/migrations.ts'
import type { Migration } from '../../../src/store/schema/migrations.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { Database } from '../../../src/store/schema/schema.ts'
import { createSqliteDialect } from '../../../src/store/databases/sqlite-dialect.ts'
import { aRun, silentLog, t0 } from '../../contract/rows.ts'

const clock = { now: (): number => t0 }
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const connect = (path: string): Connection => ({
  db: new Kysely<Database>({ dialect: createSqliteDialect({ path, timeoutMs: 8_000 }) }),
  kind: 'sqlite',
  clock,
  log: silentLog,
})

const later: Migration = {
  name: 'a later one',
  statements: () => ['alter table runs add column extra text'],
}

describe('migrate()', () => {
  test('applies what is missing, once, and keeps the rows', async () => {
    const path = join(folder, 'old.db')
    const store = await openStore({ url: `sqlite:${path}`, clock, log: silentLog })
    const { run } = await store.openRun(aRun())
    await store.close()
    const connection = connect(path)
    await migrate(connection, [...migrations, later])
    await migrate(connection, [...migrations, later])
    const row = await connection.db.selectFrom('runs').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ id: run.id, extra: null })
    await connection.db.destroy()
  })

  test('leaves nothing of a migration that fails', async () => {
    const connection = connect(join(folder, 'broken.db'))
    const broken: Migration = {
      name: 'broken',
      statements: () => ['create table half (n integer)', 'nonsense'],
    }
    await expect(migrate(connection, [broken])).rejects.toThrow('syntax error')
    await migrate(connection, [{ name: 'mended', statements: () => ['create table half (n integer)'] }])
    await connection.db.destroy()
  })

  test('refuses a database that is newer than the code, and leaves it as it is', async () => {
    const path = join(folder, 'newer.db')
    const connection = connect(path)
    await migrate(connection, [...migrations, later])
    await connection.db.destroy()
    await expect(openStore({ url: `sqlite:${path}`, clock, log: silentLog })).rejects.toMatchObject({
      code: 'conflict',
      message: `expected a database of version ${migrations.length} or older, got version ${migrations.length + 1}: it was written by a newer canary-judge`,
    })
  })
})

describe('openStore()', () => {
  test.each([
    '',
    'sqlite:',
    'sqlite',
    'mysql://x',
    'postgres:',
    'http://secret@x',
    'sqlite:a\u0000b',
    'postgres://[',
  ])('refuses the address "%s" without repeating it', async (url) => {
    const opening = openStore({ url, clock, log: silentLog })
    await expect(opening).rejects.toMatchObject({
      code: 'bad-request',
      message:
        'expected a store address "sqlite:PATH", "sqlite::memory:" or "postgres://…", got something else',
    })
  })

  test('takes a relative and an absolute path, with and without slashes', async () => {
    for (const url of [`sqlite:${folder}/a/b.db`, `sqlite://${folder}/a/b.db`]) {
      const store = await openStore({ url, clock, log: silentLog })
      await store.openRun(aRun())
      await store.close()
    }
    const db = new DatabaseSync(join(folder, 'a', 'b.db'))
    expect(db.prepare('select count(*) as n from runs').get()).toEqual({ n: 2 })
    db.close()
  })

  test('is store-unavailable where the file is no database or its folder cannot be made', async () => {
    const file = join(folder, 'no-database')
    await writeFile(file, 'x'.repeat(5_000))
    const options = { clock, log: silentLog, startTimeoutMs: 0 }
    await expect(openStore({ url: `sqlite:${file}`, ...options })).rejects.toMatchObject({
      code: 'store-unavailable',
      message: 'the store is unavailable: file is not a database',
    })
    await expect(openStore({ url: `sqlite:${file}/x.db`, ...options })).rejects.toMatchObject({
      code: 'store-unavailable',
    })
    await expect(
      openStore({ url: 'postgres://nobody:secret@127.0.0.1:1/x', ...options }),
    ).rejects.toMatchObject({ code: 'store-unavailable', message: expect.not.stringContaining('secret') })
  })

  test.runIf(process.platform === 'linux')(
    'is store-unavailable below a folder that takes none',
    async () => {
      const options = { clock, log: silentLog, startTimeoutMs: 0 }
      await expect(openStore({ url: 'sqlite:/proc/judge/judge.db', ...options })).rejects.toMatchObject({
        code: 'store-unavailable',
        cause: { code: 'ENOENT' },
      })
    },
  )

  test('makes the folders above the file, also when several begin together', async () => {
    const url = `sqlite:${join(folder, 'new', 'deep', 'er', 'judge.db')}`
    const open = () => openStore({ url, clock, log: silentLog })
    for (const store of await Promise.all([open(), open(), open()])) await store.close()
    expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700)
  })

  test('starts without a server that takes connections and says nothing', async () => {
    const server = createServer(() => undefined)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const errors: object[] = []
    const log = { ...silentLog, error: (fields: object) => errors.push(fields) }
    const url = `postgres://nobody@127.0.0.1:${String(port)}/x`
    const options = { timeoutMs: 3_000, startTimeoutMs: 0, whenAway: 'start' } as const
    const store = await openStore({ url, clock, log, ...options })
    expect(errors).toMatchObject([
      { err: { message: 'expected an answer of the store within 1000 ms, got none' } },
    ])
    await store.close()
    server.close()
  })

  test('goes on trying for as long as asked', async () => {
    const warnings: string[] = []
    const log = { ...silentLog, warn: (_: object, message: string) => warnings.push(message) }
    const url = 'postgres://nobody@127.0.0.1:1/x'
    await expect(openStore({ url, clock, log, startTimeoutMs: 350 })).rejects.toMatchObject({
      code: 'store-unavailable',
    })
    expect(warnings).toEqual(['the store is away, trying again', 'the store is away, trying again'])
  })

  test('works again once a folder that was in the way is gone', async () => {
    const path = join(folder, 'blocked', 'judge.db')
    await writeFile(join(folder, 'blocked'), 'a file where a folder should be')
    const url = `sqlite:${path}`
    const store = await openStore({ url, clock, log: silentLog, startTimeoutMs: 0, whenAway: 'start' })
    await expect(store.openRun(aRun())).rejects.toMatchObject({ code: 'store-unavailable' })
    await rm(join(folder, 'blocked'))
    await expect(store.openRun(aRun())).resolves.toMatchObject({ opened: true })
    await store.close()
  })
})
