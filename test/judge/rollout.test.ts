import { expect, test } from 'vitest'
import { judgementSchema } from '../../src/callers/api/judge-schemas.ts'
import { codesOf, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const plan = [
  { index: 0, of: 3, weight: 5, next: 25, minutes: 5 },
  { index: 1, of: 3, weight: 25, next: 50, minutes: 5 },
  { index: 2, of: 3, weight: 50, next: 100, minutes: 5 },
]

test('POST /v1/judge fails a canary with ten times the errors, by looks a minute apart', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  const verdicts: string[] = []
  for (let look = 0; look < 15; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    const { status, body } = await running.judge({ step: plan[Math.floor(look / 5)] })
    expect(status).toBe(200)
    expect(judgementSchema.parse(body)).toEqual(body)
    expect(body.kept).toBe(true)
    verdicts.push(body.verdict)
  }
  const first = verdicts.indexOf('fail')
  expect(first).toBeGreaterThan(0)
  expect(new Set(verdicts.slice(0, first))).toEqual(new Set(['inconclusive']))
  expect(new Set(verdicts.slice(first))).toEqual(new Set(['fail']))
  const { items } = await running.store.listRuns({ namespace: 'shop', limit: 10 })
  expect(items).toMatchObject([
    { source: 'judge', revision: 'b', stableRevision: 'a', start: rolloutStart, gates: 3, policy: 'web' },
  ])
  expect(items[0]?.firstFailAt).toBe(rolloutStart + first * minute)
  const looks = await running.store.listVerdicts(items[0]?.id ?? '', { limit: 50 })
  expect(looks.items.map(({ verdict }) => verdict).toReversed()).toEqual(verdicts)
})

test('POST /v1/judge opens each step at the next slice after its first look, for its minutes', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 40_000
  const { body } = await running.judge({ step: plan[0] })
  running.clock.ms = rolloutStart + 6 * minute + 1
  await running.judge({ step: plan[1] })
  await running.judge({ step: { ...plan[1], weight: 99 } })
  expect(await running.store.listSteps(body.run)).toEqual([
    {
      runId: body.run,
      index: 0,
      weight: 5,
      next: 25,
      startedAt: rolloutStart + minute,
      endsAt: rolloutStart + 6 * minute,
    },
    {
      runId: body.run,
      index: 1,
      weight: 25,
      next: 50,
      startedAt: rolloutStart + 7 * minute,
      endsAt: rolloutStart + 12 * minute,
    },
  ])
})

// A step begins with the slice after its first look, and a minute after its end a look sees the whole step. So three
// minutes take five looks, and three such steps take the fifteen minutes that the fixture has, with its weights.
test('POST /v1/judge passes each step of a healthy canary at its end, and never a step for the pass of the one before', async () => {
  await using running = await runJudge()
  const seen: string[] = []
  let index = 0
  for (let look = 0; look < 15; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    const { body } = await running.judge({ step: { ...plan[index], minutes: 3 } })
    seen.push(`${look}: step ${index}, ${body.verdict} of ${body.step?.index ?? 'none'}`)
    if (body.verdict === 'pass') index += 1
  }
  expect(seen).toEqual([
    '0: step 0, inconclusive of none',
    '1: step 0, inconclusive of none',
    '2: step 0, inconclusive of 0',
    '3: step 0, inconclusive of 0',
    '4: step 0, pass of 0',
    '5: step 1, inconclusive of 0',
    '6: step 1, inconclusive of 0',
    '7: step 1, inconclusive of 1',
    '8: step 1, inconclusive of 1',
    '9: step 1, pass of 1',
    '10: step 2, inconclusive of 1',
    '11: step 2, inconclusive of 1',
    '12: step 2, inconclusive of 2',
    '13: step 2, inconclusive of 2',
    '14: step 2, pass of 2',
  ])
  const { items } = await running.store.listRuns({ namespace: 'shop', limit: 10 })
  const steps = await running.store.listSteps(items[0]?.id ?? '')
  expect(steps.map(({ passedAt }) => ((passedAt ?? 0) - rolloutStart) / minute)).toEqual([4, 9, 14])
})

test('POST /v1/judge keeps a fail while Prometheus is down, and gives none of it to the next run of the revision', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 20_000
  const { body: opened } = await running.judge({ step: plan[0] })
  running.clock.ms = rolloutStart + 12 * minute
  const { body: failed } = await running.judge()
  expect(failed).toMatchObject({ verdict: 'fail', run: opened.run })
  running.source.fault = 'down'
  running.clock.ms += minute
  const { body: down } = await running.judge()
  expect(down).toMatchObject({ judged: 'fail', verdict: 'fail', score: 0, run: opened.run })
  expect(codesOf(down)).toEqual(expect.arrayContaining(['failed-before', 'source-down']))

  running.source.fault = 'none'
  const later = rolloutStart + 3 * 60 * minute
  running.source.recording = {
    ...running.source.recording,
    start: new Date(later - 60 * minute).toISOString(),
  }
  running.clock.ms = later + 20_000
  const { body: next } = await running.judge()
  expect(next.run).not.toBe(failed.run)
  expect(next.verdict).toBe('inconclusive')
  expect(await running.store.getRun(failed.run)).toMatchObject({
    ending: 'gone quiet',
    closedAt: later + 20_000,
  })
})

test('POST /v1/judge keeps the pass of a step while Prometheus is down', async () => {
  await using running = await runJudge({
    policy:
      'name: web\nwarmup: 0\nsoak: 0\nonSourceDown: fail\nmetrics: [{name: errors, kind: errors, tolerance: 4, margin: 8}]',
  })
  running.clock.ms = rolloutStart + 20_000
  await running.judge({ step: plan[0] })
  running.clock.ms = rolloutStart + 6 * minute + 20_000
  const { body: passed } = await running.judge({ step: plan[0] })
  expect(passed).toMatchObject({ verdict: 'pass', step: { index: 0, passed: true } })
  running.source.fault = 'down'
  running.clock.ms += minute
  const { body: down } = await running.judge({ step: plan[0] })
  expect(down).toMatchObject({ judged: 'pass', verdict: 'pass' })
  expect(codesOf(down)).toEqual(expect.arrayContaining(['passed-before', 'source-down']))
})

test('POST /v1/judge leaves a paused run open as long as its canary has data', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body: before } = await running.judge()
  running.clock.ms = rolloutStart + 40 * minute
  const { body: after } = await running.judge()
  expect(after.run).toBe(before.run)
  running.source.fault = 'down'
  running.clock.ms += 40 * minute
  const { body: unknown } = await running.judge()
  expect(unknown.run).toBe(before.run)
})

test('POST /v1/judge closes the run of the revision before', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body: first } = await running.judge()
  running.clock.ms += minute
  const { body: second } = await running.judge({ canary: { revision: 'c' } })
  expect(second.run).not.toBe(first.run)
  expect(await running.store.getRun(first.run)).toMatchObject({ ending: 'superseded' })
  const { items } = await running.store.listRuns({ open: true, limit: 10 })
  expect(items.map(({ id }) => id)).toEqual([second.run])
})

test('POST /v1/judge judges a run by the policy it began with, also when that is gone', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 20_000
  await running.judge()
  await running.writePolicy('name: web\nmode: observe\nmetrics: [{name: errors, kind: errors}]')
  await running.app.reload()
  running.clock.ms = rolloutStart + 12 * minute
  expect((await running.judge()).body).toMatchObject({ judged: 'fail', verdict: 'fail' })
  await running.writePolicy('name: other\nmetrics: [{name: errors, kind: errors}]')
  await running.app.reload()
  running.clock.ms += minute
  expect((await running.judge({ policy: 'web' })).body).toMatchObject({ verdict: 'fail' })
  const { status, body } = await running.judge({ policy: 'web', name: 'api' })
  expect([status, body.code]).toEqual([422, 'unknown-policy'])
})

test('POST /v1/judge with `at` gives the verdict of that moment again, and nothing of what came later', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  const bodies = new Map<number, object>()
  for (let look = 1; look < 12; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    bodies.set(running.clock.ms, (await running.judge({ step: plan[0] })).body)
  }
  running.clock.ms += 10 * minute
  for (const [at, body] of bodies) {
    const again = await running.judge({ step: plan[0], at: new Date(at).toISOString() })
    expect(again.body).toEqual({ ...body, data: 'stored' })
  }
  const future = await running.judge({ at: new Date(running.clock.ms + 5 * minute).toISOString() })
  expect(future.status).toBe(422)
})

test('POST /v1/judge with `at` judges a rollout that was not judged while it ran', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 24 * 60 * minute
  const at = new Date(rolloutStart + 12 * minute).toISOString()
  const { body } = await running.judge({ at })
  expect(body).toMatchObject({ verdict: 'fail' })
  expect(await running.store.getRun(body.run)).toMatchObject({ start: rolloutStart })
  expect(body.data).toBe('source')
  const again = await running.judge({ at })
  expect(again.body).toEqual({ ...body, data: 'stored' })
})

test.each([
  [{ namespace: undefined }, 400, 'namespace'],
  [{ stable: undefined }, 400, 'stable'],
  [{ canary: { revision: '' } }, 422, 'canary.revision'],
  [{ stable: { revision: 'b' } }, 422, 'stable.revision'],
  [{ policy: {} }, 422, 'policy'],
  [{ at: 5 }, 422, 'at'],
  [{ step: { index: 3, of: 3 } }, 422, 'step.index'],
  [{ step: { index: '1' } }, 400, 'step.index'],
  [{ start: '2026-01-05T12:00:00Z' }, 422, 'start'],
  [{ start: '2025-01-05T12:00:00Z' }, 422, 'start'],
  [{ params: { 'a b': 'x' } }, 400, expect.stringContaining('params')],
])('POST /v1/judge with %j answers %i and names %s', async (change, status, path) => {
  await using running = await runJudge()
  const response = await running.judge(change)
  expect([response.status, response.body.issues?.[0]?.path]).toEqual([status, path])
})
