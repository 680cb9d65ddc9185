import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeQuietRuns } from '../../../src/judge/runs/close-quiet-runs.ts'
import { policyToYaml } from '../../../src/formats/policy/policy-to-yaml.ts'
import type { MetricSource, Run, VerdictStore } from '../../../src/judge/ports/ports.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { aRun, minute, silentLog, t0 } from '../../contract/rows.ts'
import { aPolicy } from '../verdicts.ts'

let store: VerdictStore
beforeAll(async () => {
  store = await openStore({ url: 'sqlite::memory:', clock: { now: () => t0 }, log: silentLog })
  await store.savePolicy('kept', policyToYaml(aPolicy()))
})
afterAll(() => store.close())

const sourceSaying = (canaryStart: MetricSource['canaryStart']): MetricSource => ({
  fetch: () => Promise.reject(new Error('nobody fetches')),
  close: async () => undefined,
  ...(canaryStart !== undefined && { canaryStart }),
})
const silent = sourceSaying(async () => undefined)
const present = sourceSaying(async () => t0 - 10 * minute)
const away = sourceSaying(() => Promise.reject(new Error('away')))
const mute = sourceSaying(undefined)

const hour = 60 * minute
const written = { name: 'x', value: {}, from: {} }
const loaded = {
  policy: aPolicy(),
  digest: 'loaded',
  origin: 'user',
  file: 'x',
  warnings: [],
  written,
  aa: [],
} as const
test('closeQuietRuns() leaves a run open whose caller says itself when a rollout ends', async () => {
  const run = aRun({ source: 'flagger@eu', callerState: 'rollout', policyDigest: 'kept', lastLookAt: t0 })
  await store.openRun(run)
  const deps = { store, source: silent, signal: new AbortController().signal }
  const at = (ms: number) =>
    closeQuietRuns({
      ...deps,
      policies: { get: () => loaded, list: () => [], defaultName: undefined },
      now: t0 + ms,
    })
  expect(await at(5 * hour)).toBe(0)
  expect(await at(24 * hour)).toBe(1)
})

test.each([
  ['a silent canary', silent, 30 * minute, 'kept', true],
  ['a silent canary, looked at just now', silent, 30 * minute - 1, 'kept', false],
  ['a canary with data since before', present, 5 * hour, 'kept', false],
  [
    'a canary with data for longer than is usually asked',
    sourceSaying(async ({ until, since = until }) => Math.min(until - 6 * hour, since)),
    8 * hour,
    'kept',
    false,
  ],
  ['a canary of a later rollout', sourceSaying(async () => t0 + hour), hour, 'kept', true],
  ['a source that is away', away, 5 * hour, 'kept', false],
  ['a source that is away for a day', away, 24 * hour, 'kept', true],
  ['a source that cannot tell', mute, 5 * hour, 'kept', false],
  ['no source', undefined, 5 * hour, 'kept', false],
  ['a policy that is lost', silent, 5 * hour, 'lost', false],
  ['a policy that is loaded', silent, 5 * hour, 'loaded', true],
])('closeQuietRuns() with %s', async (_, source, ago, policyDigest, closes) => {
  const run: Run = aRun({ policyDigest, lastLookAt: t0 })
  await store.openRun(run)
  const policies = { get: () => loaded, list: () => [loaded], defaultName: undefined }
  const now = t0 + ago
  const signal = new AbortController().signal
  expect(await closeQuietRuns({ store, source, policies, now, signal })).toBe(closes ? 1 : 0)
  const after = await store.getRun(run.id)
  expect([after?.closedAt, after?.ending]).toEqual(closes ? [now, 'gone quiet'] : [undefined, undefined])
  await store.updateRun(run.id, { closedAt: now })
})

test('closeQuietRuns() asks with the params that the run was looked at with', async () => {
  const params = { service: 'shop-web', port: '80' }
  const run = aRun({ policyDigest: 'loaded', lastLookAt: t0, params })
  await store.openRun(run)
  const asked: unknown[] = []
  const source = sourceSaying(async (request) => {
    asked.push(request.params)
    return undefined
  })
  const policies = { get: () => loaded, list: () => [loaded], defaultName: undefined }
  const signal = new AbortController().signal
  expect(await closeQuietRuns({ store, source, policies, now: t0 + hour, signal })).toBe(1)
  expect(asked).toContainEqual(params)
})
