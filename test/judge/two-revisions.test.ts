import { expect, test } from 'vitest'
import type { FakeSource } from '../support/stand-ins/fake-source.ts'
import { fakeSource, fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const step = { index: 0, of: 3, weight: 5, next: 25, minutes: 5 }

/** A source that knows revisions, each with its own first moment. */
function sourceOf(starts: ReadonlyMap<string, number>): FakeSource {
  const source = fakeSource(fixtureRecording('healthy'))
  return Object.assign(source, {
    canaryStart: async ({ run }: Parameters<FakeSource['canaryStart']>[0]) => starts.get(run.revision),
  })
}

const b = { canary: { revision: 'b' } }
const c = { canary: { revision: 'c' } }

test('POST /v1/judge for the older of two revisions leaves the run of the newer open, look after look', async () => {
  const starts = new Map([
    ['b', rolloutStart],
    ['c', rolloutStart + 4 * minute],
  ])
  await using running = await runJudge({ source: sourceOf(starts) })
  const runs: string[] = []
  for (let look = 1; look < 12; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    const of = look < 6 || look % 2 === 0 ? b : c
    // looks 1 to 5 are at b alone; then c begins, and the looks are at both in turn
    runs.push((await running.judge({ ...of, step: { ...step, index: look > 8 ? 1 : 0 } })).body.run)
  }
  const first = runs[0] ?? ''
  const second = runs[6] ?? ''
  expect(runs).toEqual([...Array<string>(6).fill(first), second, first, second, first, second])
  expect(await running.store.getRun(first)).toMatchObject({ ending: 'superseded', start: rolloutStart })
  const { items } = await running.store.listRuns({ limit: 10 })
  expect(items.length).toBe(2)
  expect(items.find(({ closedAt }) => closedAt === undefined)).toMatchObject({
    id: second,
    revision: 'c',
    start: rolloutStart + 4 * minute,
  })
  // A late look names a step that its run never began.
  expect((await running.store.listSteps(first)).map(({ index }) => index)).toEqual([0])
  expect((await running.store.listSteps(second)).map(({ index }) => index)).toEqual([0, 1])
})

test('POST /v1/judge for an older revision without any look opens a run that is over', async () => {
  const starts = new Map([
    ['b', rolloutStart],
    ['c', rolloutStart + 4 * minute],
  ])
  await using running = await runJudge({ source: sourceOf(starts) })
  running.clock.ms = rolloutStart + 6 * minute
  const { body: newer } = await running.judge(c)
  const { body: older } = await running.judge(b)
  expect(older.run).not.toBe(newer.run)
  expect(await running.store.getRun(older.run)).toMatchObject({ closedAt: running.clock.ms })
  expect((await running.judge(c)).body.run).toBe(newer.run)
  expect((await running.store.getRun(newer.run))?.closedAt).toBeUndefined()
})

test('POST /v1/judge takes an older revision as rolled out again once the newer has no looks', async () => {
  const starts = new Map([
    ['b', rolloutStart],
    ['c', rolloutStart + 4 * minute],
  ])
  await using running = await runJudge({ source: sourceOf(starts) })
  running.clock.ms = rolloutStart + 3 * minute
  const { body: first } = await running.judge(b)
  running.clock.ms = rolloutStart + 5 * minute
  const { body: newer } = await running.judge(c)
  running.clock.ms = rolloutStart + 10 * minute
  const { body: again } = await running.judge(b)
  expect(new Set([first.run, newer.run, again.run]).size).toBe(3)
  // The data from before belong to the two earlier runs, and not to this one.
  const start = rolloutStart + 10 * minute
  expect(await running.store.getRun(again.run)).toMatchObject({ revision: 'b', start })
  expect(await running.store.getRun(newer.run)).toMatchObject({ ending: 'superseded' })
  running.clock.ms += minute
  expect((await running.judge(b)).body.run).toBe(again.run)
})

test('POST /v1/judge begins the run of a newer revision after the looks at the one before, where data do not distinguish them', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  await running.judge(b)
  running.clock.ms += minute + 1
  const { body } = await running.judge(c)
  // The data between the two looks may belong to either revision.
  const start = rolloutStart + 6 * minute
  expect(await running.store.getRun(body.run)).toMatchObject({ revision: 'c', start })
  running.clock.ms += minute
  await running.judge(c)
  expect(await running.store.getRun(body.run)).toMatchObject({ start })
})

test('POST /v1/judge for the older revision is answered from its run while Prometheus is away', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body: first } = await running.judge(b)
  running.clock.ms += minute
  const { body: newer } = await running.judge(c)
  running.source.fault = 'down'
  running.clock.ms += minute
  expect((await running.judge(b)).body.run).toBe(first.run)
  expect((await running.judge(c)).body.run).toBe(newer.run)
})
