import { expect, test } from 'vitest'
import type { RunningJudge } from '../support/service/run-judge.ts'
import { codesOf, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const step = { step: 1, of: 3, weight: 5, next: 25, minutes: 5 }

/** Everything that the store has about the canary. */
async function stored({ store }: RunningJudge): Promise<object> {
  const { items } = await store.listRuns({ namespace: 'shop', limit: 50 })
  const verdicts = items.map(({ id }) => store.listVerdicts(id, { limit: 50 }))
  const steps = items.map(({ id }) => store.listSteps(id))
  return { items, steps: await Promise.all(steps), verdicts: await Promise.all(verdicts) }
}

test('POST /v1/judge by hand sees the run, the step and the policy of the controller, and changes nothing', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 20_000
  const { body: opened } = await running.argo({ ...step, policy: 'web' })
  running.clock.ms = rolloutStart + 4 * minute
  const before = await stored(running)
  const { body: early } = await running.judgeByHand()
  expect(early).toMatchObject({ run: opened.run, step: { index: 0, weight: 5 }, kept: false })
  running.clock.ms = rolloutStart + 8 * minute
  const { body } = await running.judgeByHand()
  expect(body).toMatchObject({ judged: 'fail', run: opened.run, kept: false, notKept: 'by-hand' })
  expect(body.links).toEqual({ run: `/v1/runs/${opened.run}` })
  expect(await stored(running)).toEqual(before)
  const { body: looked } = await running.argo(step)
  expect(looked).toMatchObject({ run: opened.run, verdict: 'fail', kept: true, id: body.id })
  expect(looked).not.toHaveProperty('notKept')
})

test('POST /v1/judge by hand leaves decisions by name to the run of the controller', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 20_000
  const { body: opened } = await running.argo(step)
  await running.judgeByHand()
  const { status, body } = await running.decide({ decision: 'hold' })
  expect([status, body.run]).toEqual([201, opened.run])
  expect(codesOf((await running.judgeByHand()).body)).toContain('held')
})

test('POST /v1/judge by hand opens no run: neither before a rollout, nor in it, nor for its past', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.source.canaryFrom = rolloutStart
  running.clock.ms = rolloutStart - 5 * minute
  const { status, body: early } = await running.judgeByHand()
  expect([status, early.verdict, early.kept, early.links]).toEqual([200, 'inconclusive', false, {}])
  running.clock.ms = rolloutStart + 12 * minute
  expect((await running.judgeByHand()).body).toMatchObject({ judged: 'fail', kept: false })
  const at = new Date(rolloutStart + 11 * minute).toISOString()
  expect((await running.judgeByHand({ at })).body).toMatchObject({ judged: 'fail', kept: false })
  expect((await running.store.listRuns({ limit: 10 })).items).toEqual([])
})

test('POST /v1/judge by hand for another revision leaves the run of the controller open', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 20_000
  const { body: opened } = await running.argo(step)
  running.clock.ms += 2 * minute
  const { body } = await running.judgeByHand({ canary: { revision: 'c' } })
  expect(body.run).not.toBe(opened.run)
  expect((await running.store.getRun(opened.run))?.closedAt).toBeUndefined()
  expect((await running.argo(step)).body.run).toBe(opened.run)
})

test('POST /v1/judge by hand sees the run of the controller also while the store is away', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 20_000
  const { body: opened } = await running.argo(step)
  await running.store.close()
  running.clock.ms += 2 * minute
  const { body } = await running.judgeByHand()
  expect(body).toMatchObject({ run: opened.run, step: { index: 0 }, kept: false, notKept: 'by-hand' })
})

test('POST /v1/judge with keep is a look that is kept, with a run of its own', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 2 * minute
  const { body } = await running.judgeByHand({ keep: true })
  expect(body).toMatchObject({ kept: true })
  expect(await running.store.getRun(body.run)).toMatchObject({ source: 'judge' })
  const { body: again } = await running.judgeByHand({ keep: false })
  expect(again).toMatchObject({ run: body.run, kept: false })
})

test('POST /v1/judge refuses keep beside a recording, which is always kept', async () => {
  await using running = await runJudge()
  const { status, body } = await running.judgeByHand({ keep: false, recording: running.source.recording })
  expect([status, body.issues]).toEqual([
    422,
    [{ path: 'keep', message: 'expected nothing beside a recording, which is always kept' }],
  ])
})

test('POST /v1/judge by hand shows as text and as a page that nothing was kept, without links to it', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 2 * minute
  const { text } = await running.judgeByHand().set('Accept', 'text/plain')
  expect(text).toMatch(/^kept {5}no, a look by hand$/m)
  expect(text).not.toMatch(/^more /m)
  const { text: page } = await running.judgeByHand().set('Accept', 'text/html')
  expect(page).toContain('<td>no, a look by hand</td>')
  expect(page).not.toContain('href')
})
