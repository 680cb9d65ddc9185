import request from 'supertest'
import { expect, test } from 'vitest'
import { codesOf, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const step = { index: 0, of: 3, weight: 5, next: 25, minutes: 5 }

test('a run whose first look came before the canary starts with the canary, and so does its step', async () => {
  await using running = await runJudge()
  const { recording } = running.source
  const later = new Date(Date.parse(recording.start) + 20 * minute).toISOString()
  running.source.recording = { ...recording, start: later }
  for (const early of [0, 9, 18]) {
    running.clock.ms = rolloutStart + early * minute + 20_000
    expect((await running.judge({ step })).body.verdict).toBe('inconclusive')
  }
  running.clock.ms = rolloutStart + 22 * minute
  const { body } = await running.judge({ step })
  const start = rolloutStart + 20 * minute
  expect(await running.store.getRun(body.run)).toMatchObject({ start })
  expect(body.window.from).toBe(new Date(start).toISOString())
  // Slices are a minute long, so the step ends five slices after its first one.
  expect(body.step.ends - body.step.slice).toBe(5)
  expect(body.step.atGate).toBe(false)
})

test('a start after that of the run is ignored with a remark, and the run keeps what it has seen', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 2 * minute
  const { body: before } = await running.judge()
  running.clock.ms = rolloutStart + 12 * minute
  const later = new Date(running.clock.ms - minute).toISOString()
  const { body } = await running.judge({ start: later })
  expect(body).toMatchObject({ run: before.run, verdict: 'fail' })
  expect(codesOf(body)).toContain('start-ignored')
  expect(codesOf((await running.judge()).body)).not.toContain('start-ignored')
})

test('a redeploy of the same revision after ten minutes without a canary gets a run and clocks of its own', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body: first } = await running.judge({ step })
  running.clock.ms += 12 * minute
  running.source.canaryFrom = running.clock.ms - minute
  const { body: again } = await running.judge({ step })
  expect(again.run).not.toBe(first.run)
  expect(await running.store.getRun(first.run)).toMatchObject({ ending: 'gone quiet' })
  expect((await running.store.listSteps(again.run))[0]?.startedAt).toBe(running.clock.ms)
})

test('looks 59.9 seconds apart are all remembered', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body } = await running.judge()
  for (let look = 0; look < 3; look++) {
    running.clock.ms += 59_900
    await running.judge()
    expect((await running.store.getRun(body.run))?.lastLookAt).toBe(running.clock.ms)
  }
})

test('a run that goes on with the policy it began with says so once another is loaded', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body: before } = await running.judge()
  expect(codesOf(before)).not.toContain('older-policy')
  await running.writePolicy('name: web\nmetrics: [{name: errors, kind: errors, tolerance: 3}]')
  await running.app.reload()
  running.clock.ms += minute
  const { body } = await running.judge()
  const { policyDigest = '' } = (await running.store.getRun(body.run)) ?? {}
  const found: unknown = body.reasons.find(({ code }: { code: string }) => code === 'older-policy')
  expect(found).toMatchObject({ text: expect.stringContaining(policyDigest.slice(0, 12)) })
})

test('a decision by name means the run of the controller beside one that a look by hand opened', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  await running.judge()
  const { body: argo } = await request(running.url)
    .post('/v1/argo')
    .set('Authorization', 'Bearer ann-token-0123456789')
    .send({ namespace: 'shop', name: 'web', canaryHash: 'b', stableHash: 'a' })
  const { status, body } = await running.decide({ decision: 'hold' })
  expect([status, body.run]).toEqual([201, argo.run])
})

test('an answered look is one line of the log with namespace, name, run and verdict', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + 5 * minute
  const { body } = await running.judge()
  const lines = running.lines.map((line): unknown => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({
      msg: 'look answered',
      by: 'judge',
      namespace: 'shop',
      name: 'web',
      run: body.run,
      verdict: body.verdict,
    }),
  )
})

test('decisions made on two replicas count in the order in which they were made, whatever their clocks say', async () => {
  await using running = await runJudge()
  await using other = await runJudge({ overrides: { openStore: async () => running.store } })
  running.clock.ms = rolloutStart + 5 * minute
  // The clock of the other replica is behind.
  other.clock.ms = running.clock.ms - 3 * minute
  await running.judge()
  await running.decide({ decision: 'hold' })
  const { body: clear } = await other.decide({ decision: 'clear' })
  expect(clear.at > new Date(running.clock.ms).toISOString()).toBe(true)
  expect((await running.judge()).body.decisions).toEqual([])
})
