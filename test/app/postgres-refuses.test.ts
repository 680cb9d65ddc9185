import { Client } from 'pg'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog } from '../contract/rows.ts'
import { type PostgresServer, postgresMissing, startPostgres } from '../support/parts/postgres.ts'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../support/service/run-judge.ts'

const missing = postgresMissing()

describe.runIf(missing === undefined)(`before a PostgreSQL that refuses ${missing ?? ''}`, () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(async () => {
    await server.stop()
  })

  /** A service whose database user is the owner and not a superuser, because a superuser needs no rights. */
  async function start(name: string) {
    const url = await server.createDatabase(name)
    const admin = new Client({ connectionString: url })
    await admin.connect()
    await admin.query(`create role ${name} login; alter schema public owner to ${name}`)
    const clock = { now: (): number => rolloutStart }
    const asOwner = url.replace('judge@', `${name}@`)
    const running = await runJudge({
      overrides: { openStore: () => openStore({ url: asOwner, clock, log: silentLog }) },
    })
    return {
      running,
      admin,
      async [Symbol.asyncDispose]() {
        await running[Symbol.asyncDispose]()
        await admin.end()
      },
    }
  }

  const storePart = async ({ url }: RunningJudge) => {
    const ready = await request(url).get('/readyz')
    const metrics = await request(url).get('/metrics')
    return {
      status: ready.status,
      store: ready.body.parts.store,
      up: /^canary_judge_part_up\{part="store"\} (\d)$/m.exec(metrics.text)?.[1],
    }
  }

  test.each([
    ['revoked', 'revoke insert, update, delete on all tables in schema public from revoked'],
    ['dropped', 'drop schema public cascade'],
  ])('POST /v1/judge answers 200 with kept false, and /readyz and part_up say so: %s', async (name, sql) => {
    await using started = await start(name)
    const { running, admin } = started
    const first = await running.judge()
    expect([first.status, first.body.kept]).toEqual([200, true])
    expect(await storePart(running)).toMatchObject({ status: 200, up: '1' })
    await admin.query(sql)
    running.clock.ms += 2 * minute
    const { status, body } = await running.judge()
    expect([status, body.kept]).toEqual([200, false])
    await expect.poll(() => storePart(running), { timeout: 20_000 }).toMatchObject({ status: 200, up: '0' })
    expect((await storePart(running)).store).toMatchObject({
      status: 'degraded',
      reason: 'the store does not answer; judging goes on without history',
    })
  })
})
