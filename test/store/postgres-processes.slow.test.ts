import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createWriteQueue } from '../../src/store/write-queue.ts'
import { aRun, aVerdict, silentLog, t0 } from '../contract/rows.ts'
import { postgresMissing, startPostgres } from '../support/parts/postgres.ts'
import type { PostgresServer } from '../support/parts/postgres.ts'
import { expectAllKept, startWriter } from './writers.ts'

const clock = { now: (): number => t0 }
const missing = postgresMissing()

describe.runIf(missing === undefined)(`processes on one PostgreSQL ${missing ?? ''}`, () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(async () => {
    await server?.stop()
  })
  const pg = (): PostgresServer => {
    if (server === undefined) throw new Error('PostgreSQL did not start')
    return server
  }
  const open = (url: string, options = {}): Promise<VerdictStore> =>
    openStore({ url, clock, log: silentLog, timeoutMs: 3_000, ...options })

  test('three started at once on an empty database migrate it once, open one run and lose nothing', async () => {
    const url = await pg().createDatabase('together')
    const writers = [1, 2, 3].map((n) => startWriter(url, `p${n}`, 60))
    const ended = await Promise.all(writers.map((writer) => writer.ended()))
    const store = await open(url)
    for (const { lines, errors, code } of ended) {
      expect(errors).toBe('')
      expect(code).toBe(0)
      expect(await expectAllKept(store, lines)).toBeGreaterThan(60)
    }
    expect(ended.filter(({ lines }) => lines[0]?.startsWith('opened'))).toHaveLength(1)
    expect((await store.listRuns({ limit: 10 })).items).toHaveLength(1)
    await store.close()
  })

  test('kill -9 of a writer, 10 times, loses no acknowledged row', async () => {
    const url = await pg().createDatabase('kill')
    const store = await open(url)
    for (let kill = 0; kill < 10; kill += 1) {
      const writer = startWriter(url, `k${kill}`, 1e9)
      await writer.until(10 + 7 * kill)
      writer.child.kill('SIGKILL')
      const { lines, errors } = await writer.ended()
      expect(errors).toBe('')
      await expectAllKept(store, lines)
    }
    await store.close()
  })

  test('a server that crashes in the middle loses nothing acknowledged, and is used again when it is back', async () => {
    const url = await pg().createDatabase('crash')
    const store = await open(url)
    const { run } = await store.openRun(aRun())
    const acknowledged: string[] = []
    const failures: unknown[] = []
    const stop = new AbortController()
    const write = async (lane: number): Promise<void> => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        const id = `crash-${lane}-${n}`
        try {
          await store.saveVerdict(aVerdict(run.id, { id }))
          acknowledged.push(`verdict ${id}`)
        } catch (error) {
          failures.push(error)
        }
      }
    }
    const lanes = [write(1), write(2), write(3)]
    await pg().crash()
    const before = acknowledged.length
    await pg().start()
    await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(before + 50)
    stop.abort()
    await Promise.all(lanes)
    expect(failures.length).toBeGreaterThan(0)
    for (const error of failures) expect(error).toMatchObject({ code: 'store-unavailable' })
    expect(await expectAllKept(store, acknowledged)).toBeGreaterThan(50)
    await store.close()
  })

  test('a write queue answers while the server is away and writes when it is back', async () => {
    const url = await pg().createDatabase('queue')
    const store = await open(url)
    const queue = createWriteQueue({ log: silentLog, firstPauseMs: 20, longestPauseMs: 100 })
    const { run } = await store.openRun(aRun())
    await pg().crash()
    const verdicts = [1, 2, 3].map(() => aVerdict(run.id))
    for (const verdict of verdicts) {
      const write = { what: verdict.id, bytes: 1, run: () => store.saveVerdict(verdict) }
      expect(await queue.keepOrQueue(write)).toBe(false)
    }
    await pg().start()
    await expect.poll(() => queue.counts().queued, { timeout: 10_000 }).toBe(0)
    for (const verdict of verdicts) expect(await store.getVerdict(verdict.id)).toEqual(verdict)
    await queue.close()
    await store.close()
  })

  test('openStore() rejects with store-unavailable while the server is away, or starts when asked to', async () => {
    const url = await pg().createDatabase('away')
    await pg().crash()
    await expect(open(url, { startTimeoutMs: 300 })).rejects.toMatchObject({ code: 'store-unavailable' })
    const store = await open(url, { startTimeoutMs: 0, whenAway: 'start' })
    await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable' })
    const waiting = open(url)
    await pg().start()
    await expect(store.openRun(aRun())).resolves.toMatchObject({ opened: true })
    await (await waiting).close()
    await store.close()
  })

  test('a statement that waits too long for a lock is store-unavailable, and does not spoil the pool', async () => {
    const url = await pg().createDatabase('locks')
    const store = await open(url, { timeoutMs: 300 })
    const { run } = await store.openRun(aRun())
    const { Client } = await import('pg')
    const other = new Client({ connectionString: url })
    await other.connect()
    await other.query('begin; lock table verdicts in access exclusive mode')
    await expect(store.saveVerdict(aVerdict(run.id))).rejects.toMatchObject({ code: 'store-unavailable' })
    await other.query('rollback')
    await other.end()
    await expect(store.saveVerdict(aVerdict(run.id))).resolves.toBeUndefined()
    await store.close()
  })
})
