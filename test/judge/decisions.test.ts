import { expect, test } from 'vitest'
import { codesOf, fixturePolicy, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const step = { index: 0, of: 3, weight: 5, next: 25 }

test('an approve passes the current step only, and with scope run those that follow', async () => {
  await using running = await runJudge({ fixture: 'too-little-traffic' })
  running.clock.ms = rolloutStart + 3 * minute
  const { body: before } = await running.judge({ step })
  expect(before).toMatchObject({ verdict: 'inconclusive', decisions: [] })
  const { body: decision } = await running.decide({ decision: 'approve' })
  expect(decision).toMatchObject({ run: before.run, step: 0 })
  const { body: after } = await running.judge({ step })
  expect(after).toMatchObject({ judged: 'inconclusive', verdict: 'pass', decisions: [decision], kept: true })
  expect(codesOf(after)[0]).toBe('approved')
  expect(after.id).not.toBe(before.id)
  running.clock.ms += 2 * minute
  const next = { ...step, index: 1 }
  expect((await running.judge({ step: next })).body).toMatchObject({ verdict: 'inconclusive', decisions: [] })
  await running.decide({ decision: 'approve', scope: 'run' })
  expect((await running.judge({ step: next })).body.verdict).toBe('pass')
  running.clock.ms += 5 * minute
  expect((await running.judge({ step: { ...step, index: 2 } })).body.verdict).toBe('pass')
})

test('a decision made before the run binds the one that opens next, and no later one', async () => {
  await using running = await runJudge()
  const { body: hold } = await running.decide({ decision: 'hold', scope: 'run' })
  expect(hold).not.toHaveProperty('run')
  running.clock.ms = rolloutStart + 3 * minute
  const { body } = await running.judge({ step })
  expect(body.decisions).toMatchObject([{ id: hold.id, run: body.run, decision: 'hold' }])
  const { body: other } = await running.judge({ step, canary: { revision: 'c' } })
  expect(other.decisions).toEqual([])
})

test('a reject fails at once, a clear takes it back, an approve does not', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 3 * minute
  await running.judge({ step })
  await running.decide({ decision: 'reject' })
  expect((await running.judge({ step })).body).toMatchObject({ judged: 'inconclusive', verdict: 'fail' })
  await running.decide({ decision: 'approve', override: true })
  expect((await running.judge({ step })).body.verdict).toBe('fail')
  await running.decide({ decision: 'clear', scope: 'run' })
  expect((await running.judge({ step })).body).toMatchObject({ verdict: 'inconclusive', decisions: [] })
})

test('a fail is beaten by an approve with override only', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 12 * minute
  expect((await running.judge()).body.verdict).toBe('fail')
  await running.decide({ decision: 'approve', scope: 'run' })
  expect((await running.judge()).body.verdict).toBe('fail')
  await running.decide({ decision: 'approve', scope: 'run', override: true })
  expect((await running.judge()).body).toMatchObject({ judged: 'fail', verdict: 'pass' })
})

test('with approval manual a pass waits for a person', async () => {
  const policy =
    'name: web\nwarmup: 0\nsoak: 0\napproval: manual\nmetrics: [{name: errors, kind: errors, tolerance: 4, margin: 8}]'
  await using running = await runJudge({ policy })
  running.clock.ms = rolloutStart + 20_000
  await running.judge({ step })
  running.clock.ms = rolloutStart + 11 * minute + 20_000
  const { body: waiting } = await running.judge({ step })
  expect(waiting).toMatchObject({ judged: 'pass', verdict: 'inconclusive' })
  expect(codesOf(waiting)).toContain('approval-needed')
  await running.decide({ decision: 'approve' })
  expect((await running.judge({ step })).body).toMatchObject({ judged: 'pass', verdict: 'pass' })
  // The pass that is remembered also waits for the approval.
  running.source.fault = 'down'
  await running.decide({ decision: 'clear' })
  running.clock.ms += minute
  expect((await running.judge({ step })).body).toMatchObject({ judged: 'pass', verdict: 'inconclusive' })
})

test.each([
  ['observe', 'pass'],
  ['pause', 'inconclusive'],
])('in mode %s a fail that stays is answered %s while Prometheus is down', async (mode, verdict) => {
  await using running = await runJudge({ fixture: 'errors-x10', policy: `${fixturePolicy}mode: ${mode}\n` })
  running.clock.ms = rolloutStart + 12 * minute
  expect((await running.judge()).body).toMatchObject({ judged: 'fail', verdict })
  running.source.fault = 'down'
  running.clock.ms += minute
  expect((await running.judge()).body).toMatchObject({ judged: 'fail', verdict })
})
