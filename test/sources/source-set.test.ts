import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import type { CreateSource, SourceRead } from '../../src/sources/source.ts'
import { assembleRecording } from '../../src/sources/recording/assemble-recording.ts'
import { createSourceSet, sourceTypeNames } from '../../src/sources/source-set.ts'
import { requestOf, runOf, silent } from './prometheus/source-case.ts'
import { createIdentity } from '../support/simulated-world/identity.ts'
import { settingsOf } from './prometheus/stub-server.ts'

const start = Date.parse('2026-02-01T12:00:00Z')
const until = start + 600_000
const run = runOf(createIdentity('s'), start)
const clock = { now: () => until }

/** A type of source whose metrics count 7 in each slice. It is scraped every `interval` seconds and seen up to `latest`. */
function steady(interval: number, latest: number, canaryStart?: number): CreateSource {
  return () => ({
    check: () => undefined,
    canaryStart: () => Promise.resolve(canaryStart),
    async read({ policy }, time): Promise<SourceRead> {
      await time.slicing(undefined, [interval])
      const slices = await time.slices(latest / 1000)
      const rows = [
        { arm: 'canary', pod: 'c', place: 0 },
        { arm: 'stable', pod: 'p', place: 1 },
      ] as const
      const data = new Float32Array(slices * 2).fill(7)
      const counts = { rows, width: 1, slices, chunks: [{ slices, rows: 2, data }] }
      const metrics = policy.metrics.map((metric) => ({
        metric,
        counts,
        parts: [],
        bounds: [],
        problems: [],
      }))
      return { metrics, problems: [] }
    },
    diagnose: ({ policy }) =>
      Promise.resolve({
        findings: [],
        metrics: policy.metrics.map(({ name, kind }) => {
          return { name, kind, required: true, source: 'x', queries: [], labels: [], findings: [] }
        }),
      }),
    close: () => undefined,
  })
}

function policyOf(last = 'other') {
  return parsePolicy(`name: two
history: 10m
metrics:
  - { name: first, kind: errors, source: other }
  - { name: second, kind: errors }
  - { name: third, kind: errors, source: ${last} }
`).policy
}

function setOf(types: Readonly<Record<string, CreateSource>>) {
  const sources = {
    default: settingsOf('http://127.0.0.1:9', {}),
    other: { ...settingsOf('http://127.0.0.1:9', {}), type: 'second' },
  }
  return createSourceSet({ sources, clock, log: silent }, types)
}

test('fetch() splits a policy by source and makes one recording, with the slowest interval and the earliest clock', async () => {
  const set = setOf({ prometheus: steady(15, until), second: steady(60, until - 240_000) })
  const recording = await set.fetch(requestOf(policyOf(), run, until))
  expect(Object.keys(recording.metrics)).toEqual(['first', 'second', 'third'])
  // the slower source sets the slices of two scrapes, and the settled time: 10 min of history and 4 min of the run
  expect([recording.sliceSeconds, recording.rolloutStart, recording.slices]).toEqual([120, 5, 7])
  expect(recording.pods.map(({ name }) => name)).toEqual(['p', 'c'])
})

test('canaryStart() is the earliest that any source saw', async () => {
  const set = setOf({ prometheus: steady(15, until, start + 60_000), second: steady(15, until, start) })
  const request = { ...requestOf(policyOf(), run, until), quietMs: 1 }
  expect(await set.canaryStart?.(request)).toBe(start)
  const silentSet = setOf({ prometheus: steady(15, until), second: steady(15, until) })
  expect(await silentSet.canaryStart?.(request)).toBeUndefined()
})

test('a source that is not configured is refused by name, and is a finding of diagnose()', async () => {
  const set = setOf({ prometheus: steady(15, until), second: steady(15, until) })
  const policy = policyOf('elsewhere')
  const message = 'expected one of the sources (default, other), got "elsewhere"'
  await expect(set.fetch(requestOf(policy, run, until))).rejects.toThrow(`metrics.third.source: ${message}`)
  const diagnosis = await set.diagnose?.({ ...requestOf(policy, run, until), minutes: 30 })
  expect(diagnosis?.ok).toBe(false)
  expect(diagnosis?.metrics.map(({ name, findings }) => [name, findings])).toEqual([
    ['first', []],
    ['second', []],
    ['third', [{ level: 'error', code: 'cannot-be-asked', text: `source: ${message}` }]],
  ])
})

test('every folder of src/sources but recording is a type of source', () => {
  const entries = readdirSync(new URL('../../src/sources', import.meta.url), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'recording')
  expect(sourceTypeNames.toSorted()).toEqual(folders.map(({ name }) => name).toSorted())
})

test('fetchData() gives what fetch() makes a recording of, also from the copy that another thread gets', async () => {
  const set = setOf({ prometheus: steady(15, until), second: steady(60, until - 240_000) })
  const fetched = await set.fetchData?.(requestOf(policyOf(), run, until))
  const recording = await set.fetch(requestOf(policyOf(), run, until))
  expect(fetched?.recording()).toEqual(recording)
  expect(fetched && assembleRecording(structuredClone(fetched.data))).toEqual(recording)
})
