import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog, t0 } from '../contract/rows.ts'
import { verdictStoreContract } from '../contract/verdict-store.ts'

const clock = { now: (): number => t0 }
const folders: string[] = []

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

verdictStoreContract('a SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
  folders.push(folder)
  const url = `sqlite:${join(folder, 'new', 'judge.db')}`
  return { open: () => openStore({ url, clock, log: silentLog }) }
})

verdictStoreContract('SQLite in memory', async () => ({
  open: () => openStore({ url: 'sqlite::memory:', clock, log: silentLog }),
}))

test('openStore() makes a SQLite file that only its user can read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
  folders.push(folder)
  const data = join(folder, 'data')
  const store = await openStore({ url: `sqlite:${join(data, 'judge.db')}`, clock, log: silentLog })
  const names = await readdir(data)
  const modes = await Promise.all(
    ['', ...names].map(async (name) => (await stat(join(data, name))).mode & 0o777),
  )
  await store.close()
  expect(names).toContain('judge.db-wal')
  expect(modes).toEqual([0o700, ...names.map(() => 0o600)])
})
