import * as fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { cutRecording } from '../../src/store/recordings/cut-recording.ts'
import { joinRecording } from '../../src/store/recordings/join-recording.ts'
import { absoluteSlice, sliceBlocks } from '../../src/store/recordings/slice-blocks.ts'
import { sampleRecording } from '../support/recordings.ts'
import { aRun, silentLog, t0 } from '../contract/rows.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('sliceBlocks()', () => {
  test('covers every slice once, in order, with few blocks', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1e9 }), fc.nat(2000), (first, slices) => {
        const blocks = sliceBlocks(first, slices)
        let position = 0
        for (const { from, to } of blocks) {
          expect(from).toBe(position)
          expect(to).toBeGreaterThan(from)
          position = to
        }
        expect(position).toBe(slices)
        expect(blocks.length).toBeLessThanOrEqual(Math.ceil(slices / 64) + 18)
      }),
    )
  })

  test('puts a slice into at most four blocks and one at the start, over all looks of a run', () => {
    for (const first of [0, 1, 13, 63]) {
      const seen = new Map<number, Set<string>>()
      for (let slices = 1; slices <= 300; slices += 1) {
        for (const { from, to } of sliceBlocks(first, slices)) {
          for (let slice = from; slice < to; slice += 1) {
            const blocks = seen.get(slice) ?? new Set<string>()
            seen.set(slice, blocks.add(`${from}-${to}`))
          }
        }
      }
      expect(Math.max(...[...seen.values()].map((blocks) => blocks.size))).toBeLessThanOrEqual(4)
    }
  })

  test('absoluteSlice() is 0 where the start is no time', () => {
    expect(absoluteSlice('2026-11-20T10:00:30Z', 60)).toBe(Date.parse('2026-11-20T10:00:00Z') / 60_000)
    expect(absoluteSlice('never', 60)).toBe(0)
    expect(absoluteSlice('2026-11-20T10:00:30Z', 0)).toBe(0)
  })
})

describe('cutRecording()', () => {
  test('shares the chunks of all but the newest slices between successive looks', async () => {
    const stored = new Set<string>()
    let bytes = 0
    let added = 0
    for (let slices = 121; slices <= 180; slices += 1) {
      const { chunks } = await cutRecording(sampleRecording(slices))
      const fresh = [...chunks].filter(([digest]) => !stored.has(digest))
      if (slices > 121) added = Math.max(added, fresh.length)
      for (const [digest, text] of fresh) {
        stored.add(digest)
        bytes += text.length
      }
    }
    const whole = [...(await cutRecording(sampleRecording(180))).chunks.values()].join('').length
    // sixty looks that are stored whole would take about fifty times as much
    expect(bytes).toBeLessThan(4 * whole)
    // only the head and the block that ends at the newest slice are new
    expect(added).toBeLessThanOrEqual(2)
  })

  test('keeps the blocks of earlier slices when a pod is added or the window moves by whole slices', async () => {
    const before = sampleRecording(128)
    const newcomer = { name: 'a-newcomer', arm: 'canary' } as const
    const value = Array.from({ length: 128 }, (_, slice) => (slice < 100 ? null : 1))
    const gauge = { kind: 'gauge', value: [value, null, null, null, null] } as const
    const { errors: _, p95: __, conversion: ___, ...rest } = before.metrics
    const small = { ...before, metrics: { ...rest } }
    const bigger = { ...before, pods: [newcomer, ...before.pods], metrics: { ['__proto__']: gauge } }
    const shared = async (a: typeof small, b: typeof small): Promise<number> => {
      const [one, two] = [await cutRecording(a), await cutRecording(b)]
      return [...one.chunks.keys()].filter((digest) => two.chunks.has(digest)).length
    }
    expect(await shared(small, small)).toBeGreaterThan(2)
    const grown = {
      ...bigger,
      metrics: Object.fromEntries(
        Object.entries(small.metrics).map(([name, metric]) => [
          name,
          metric.kind === 'gauge' ? { ...metric, value: [value, ...metric.value] } : metric,
        ]),
      ),
    }
    // the block before the first sample of the new pod is shared
    expect(await shared(small, grown)).toBeGreaterThanOrEqual(1)
  })

  test('joinRecording() names a pod that the head does not know', async () => {
    const one = await cutRecording(sampleRecording(3))
    const swapped = (digest: string): string =>
      (one.chunks.get(digest) ?? '').replace('"0:stable:web-1"', '"0:stable:nobody"')
    expect(() => joinRecording(one.manifest, swapped)).toThrow(
      'expected a pod of the head, got "0:stable:nobody"',
    )
  })
})

describe('loadRecording() of a damaged database', () => {
  const damage = async (name: string, harm: (db: DatabaseSync) => void): Promise<unknown> => {
    const path = join(folder, name)
    const store = await openStore({ url: `sqlite:${path}`, clock: { now: () => t0 }, log: silentLog })
    const { run } = await store.openRun(aRun())
    const digest = await store.saveRecording(run.id, sampleRecording(100))
    const db = new DatabaseSync(path, { enableForeignKeyConstraints: false })
    harm(db)
    db.close()
    const error: unknown = await store.loadRecording(digest).catch((reason: unknown) => reason)
    await store.close()
    return error
  }

  test('says that a chunk cannot be decompressed', async () => {
    expect(await damage('bytes', (db) => db.exec(`update chunks set data = x'0102'`))).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(
        /^a stored recording is damaged: chunk [0-9a-f]{12}: it cannot be decompressed$/u,
      ),
    })
  })

  test('says that a chunk holds something else', async () => {
    const other = zstdCompressSync(Buffer.from('[]'))
    const error = await damage('other', (db) => {
      db.prepare('update chunks set data = ?').run(other)
    })
    expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining('has another digest') })
  })

  test('says that a chunk is missing', async () => {
    const error = await damage('missing', (db) => db.exec('delete from chunks'))
    expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining('is missing') })
  })
})
