import { expect, test } from 'vitest'
import type { Overrides } from '../../src/app/app.ts'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog } from '../contract/rows.ts'
import { minute, rolloutStart, type RunningJudge, runJudge } from '../support/service/run-judge.ts'

const step = { index: 0, of: 3, weight: 5, next: 25, minutes: 5 }
const iso = (ms: number): string => new Date(ms).toISOString()

/** A rollout with a look in every minute but the sixth. */
async function watched(fixture: string, minutes = 12, overrides: Overrides = {}): Promise<RunningJudge> {
  const running = await runJudge({ fixture, overrides })
  for (let look = 0; look <= minutes; look++) {
    if (look === 6) continue
    running.clock.ms = rolloutStart + look * minute + 20_000
    await running.judge({ step })
  }
  return running
}

/** A store that has deleted the recordings, because they are too old. */
async function withoutEvidence(): Promise<VerdictStore> {
  const store = await openStore({
    url: 'sqlite::memory:',
    clock: { now: () => rolloutStart },
    log: silentLog,
  })
  return { ...store, listEvidence: async () => [] }
}

const bodyOf = async (answer: Promise<{ readonly body: Readonly<Record<string, unknown>> }>) =>
  (await answer).body

test('POST /v1/judge with `at` gives the same verdict from the kept recording and from the source', async () => {
  await using running = await watched('errors-x10')
  await using other = await watched('errors-x10', 12, { openStore: withoutEvidence })
  for (const at of [2, 6, 9].map((after) => iso(rolloutStart + after * minute + 20_000))) {
    const stored = await bodyOf(running.judge({ at }))
    const source = await bodyOf(other.judge({ at }))
    // This includes the id, which is made from the data.
    expect(stored).toEqual({ ...source, data: 'stored' })
    expect(source['data']).toBe('source')
  }
})

test('POST /v1/judge with `at` needs no Prometheus where a recording is kept', async () => {
  await using running = await watched('errors-x10')
  const at = iso(rolloutStart + 6 * minute + 20_000)
  const before = await bodyOf(running.judge({ at }))
  running.source.fault = 'down'
  const fetches = running.source.fetches.length
  expect(await bodyOf(running.judge({ at }))).toEqual(before)
  expect(running.source.fetches.length).toBe(fetches)
  // For a later moment there is no recording, so the source is asked, and the answer says so.
  const later = iso(rolloutStart + 12 * minute + 50_000)
  running.clock.ms += 5 * minute
  expect(await bodyOf(running.judge({ at: later }))).toMatchObject({ data: 'source' })
})

test('POST /v1/judge with `at` changes nothing of the run, its steps and the looks that were there', async () => {
  await using running = await watched('errors-x10')
  const { items } = await running.store.listRuns({ limit: 10 })
  const [run] = items
  const id = run?.id ?? ''
  const [steps, looks] = [
    await running.store.listSteps(id),
    await running.store.listVerdicts(id, { limit: 99 }),
  ]
  const at = iso(rolloutStart + 6 * minute + 20_000)
  // The request names a step that the rollout had not begun at that time.
  const ask = { at, step: { ...step, index: 2 }, params: {} }
  const first = await bodyOf(running.judge(ask))
  expect(await bodyOf(running.judge(ask))).toEqual(first)
  expect(first).toMatchObject({ data: 'stored', kept: true, run: id })
  expect((await running.store.listRuns({ limit: 10 })).items).toEqual([run])
  expect(await running.store.listSteps(id)).toEqual(steps)
  const after = await running.store.listVerdicts(id, { limit: 99 })
  const added = after.items.filter((each) => !looks.items.some((other) => other.id === each.id))
  expect(added).toMatchObject([
    { id: first['id'], at: rolloutStart + 6 * minute, createdAt: running.clock.ms },
  ])
  expect(after.items.length).toBe(looks.items.length + 1)
})

test('POST /v1/judge with `at` knows no fail of a slice that had ended by then, but could not be seen yet', async () => {
  await using running = await watched('errors-x10')
  const { items } = await running.store.listRuns({ limit: 10 })
  const failedAt = items[0]?.firstFailAt ?? 0
  const before = await bodyOf(running.judge({ at: iso(failedAt + 5_000) }))
  expect(before).toMatchObject({ judged: 'inconclusive', window: { to: iso(failedAt - minute) } })
  expect(await bodyOf(running.judge({ at: iso(failedAt + 20_000) }))).toMatchObject({ judged: 'fail' })
})

test.each([
  ['other params', { params: { service: 'other' } }],
  ['another stable revision', { stable: { revision: 'z' } }],
])('POST /v1/judge with `at` asks the source for %s', async (_, change) => {
  await using running = await watched('healthy', 3)
  const at = iso(rolloutStart + 2 * minute + 20_000)
  expect(await bodyOf(running.judge({ at }))).toMatchObject({ data: 'stored' })
  expect(await bodyOf(running.judge({ at, ...change }))).toMatchObject({ data: 'source' })
})

test('POST /v1/judge without `at` says nothing of where the data came from', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + minute + 20_000
  expect(Object.keys(await bodyOf(running.judge()))).not.toContain('data')
})
