import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog, t0 } from '../contract/rows.ts'
import { expectAllKept, startWriter } from './writers.ts'

const clock = { now: (): number => t0 }
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A small generator with a fixed seed, so that the kills come after the same lines in each run. */
const randomInts = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % below
  }
}

describe('processes on one SQLite file', () => {
  test('kill -9 of a writer, 50 times, loses no acknowledged row', { timeout: 120_000 }, async () => {
    const path = join(folder, 'kill.db')
    const store = await openStore({ url: `sqlite:${path}`, clock, log: silentLog })
    const random = randomInts(42)
    let rows = 0
    const lane = async (name: string): Promise<void> => {
      for (let kill = 0; kill < 25; kill += 1) {
        const writer = startWriter(`sqlite:${path}`, `${name}${kill}`, 1e9)
        await writer.until(1 + random(40))
        // the signal comes between two writes or during one
        for (let turn = random(20); turn > 0; turn -= 1) {
          await new Promise((resolve) => {
            setImmediate(resolve)
          })
        }
        writer.child.kill('SIGKILL')
        const { lines, errors } = await writer.ended()
        expect(errors).toBe('')
        expect(writer.child.signalCode).toBe('SIGKILL')
        rows += await expectAllKept(store, lines)
      }
    }
    await Promise.all([lane('a'), lane('b')])
    expect(rows).toBeGreaterThan(500)
    await store.close()
    const db = new DatabaseSync(path)
    expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    expect(db.prepare('pragma foreign_key_check').all()).toEqual([])
    db.close()
  })

  test('four started at once on a new file migrate it once, open one run and lose nothing', async () => {
    const url = `sqlite:${join(folder, 'together.db')}`
    const writers = [1, 2, 3, 4].map((n) => startWriter(url, `p${n}`, 60))
    const ended = await Promise.all(writers.map((writer) => writer.ended()))
    const store = await openStore({ url, clock, log: silentLog })
    for (const { lines, errors, code } of ended) {
      expect(errors).toBe('')
      expect(code).toBe(0)
      expect(lines.at(-1)).toBe('done')
      expect(await expectAllKept(store, lines)).toBeGreaterThan(60)
    }
    expect(ended.filter(({ lines }) => lines[0]?.startsWith('opened'))).toHaveLength(1)
    expect((await store.listRuns({ limit: 10 })).items).toHaveLength(1)
    await store.close()
  })
})
