import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openStore } from '../../src/storage/open-store.ts'
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
