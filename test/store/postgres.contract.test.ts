import { afterAll, describe } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog, t0 } from '../contract/rows.ts'
import { verdictStoreContract } from '../contract/verdict-store.ts'
import { postgresMissing, startPostgres } from '../support/parts/postgres.ts'
import type { PostgresServer } from '../support/parts/postgres.ts'

const clock = { now: (): number => t0 }
const missing = postgresMissing()
let server: PostgresServer | undefined

afterAll(async () => {
  await server?.stop()
})

describe.runIf(missing === undefined)(`with a real server ${missing ?? ''}`, () => {
  verdictStoreContract('PostgreSQL', async () => {
    server = await startPostgres()
    const { url } = server
    return { open: () => openStore({ url, clock, log: silentLog }) }
  })
})
