import { expect, test } from 'vitest'
import { codesOf, fixturePolicy, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const policy = `${fixturePolicy}mode: observe\n`
const first = { index: 0, of: 2, weight: 5, next: 50, minutes: 6 }
const second = { index: 1, of: 2, weight: 50, next: 100, minutes: 5 }
/** Both steps begin at the next minute, and their last slices are settled 20 seconds after the end. */
const endOfFirst = rolloutStart + 7 * minute + 20_000
const endOfSecond = rolloutStart + 13 * minute + 20_000

test('POST /v1/judge in mode observe takes a bad canary no sooner to the next step than planned', async () => {
  await using running = await runJudge({ fixture: 'errors-x10', policy })
  const seen: string[] = []
  for (let look = 0; look < 8; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    const { body } = await running.judge({ step: first })
    seen.push(`${body.judged} ${body.verdict}`)
  }
  expect(running.clock.ms).toBe(endOfFirst)
  expect(seen).toContain('fail inconclusive')
  expect(seen.filter((answer) => answer.endsWith(' pass'))).toEqual(['fail pass'])
  expect(seen.at(-1)).toBe('fail pass')
  const { body: next } = await running.judge({ step: second })
  expect(next).toMatchObject({ judged: 'fail', verdict: 'inconclusive', score: 0 })
  expect(next.summary).toMatch(/^inconclusive: observing only, judged fail; step 2 begins at /)
  running.clock.ms = endOfSecond - minute
  expect((await running.judge({ step: second })).body).toMatchObject({ verdict: 'inconclusive' })
  running.clock.ms = endOfSecond
  expect((await running.judge({ step: second })).body).toMatchObject({ judged: 'fail', verdict: 'pass' })
})

test('POST /v1/judge in mode observe waits without steps for as long as the policy says a step lasts', async () => {
  await using running = await runJudge({ policy })
  running.clock.ms = rolloutStart + 4 * minute + 20_000
  expect((await running.judge()).body).toMatchObject({ verdict: 'inconclusive' })
  running.clock.ms += minute
  expect((await running.judge()).body).toMatchObject({ verdict: 'pass' })
})

test.each(['down', 'hangs'] as const)(
  'POST /v1/judge in mode observe waits for the end of the step while the source is %s',
  async (fault) => {
    await using running = await runJudge({ policy, overrides: { judge: { deadlineMs: 900 } } })
    running.clock.ms = rolloutStart + 20_000
    await running.judge({ step: first })
    running.source.fault = fault
    running.clock.ms = endOfFirst - minute
    expect((await running.judge({ step: first })).body).toMatchObject({ verdict: 'inconclusive' })
    running.clock.ms = endOfFirst
    expect((await running.judge({ step: first })).body).toMatchObject({ verdict: 'pass' })
  },
)

test('POST /v1/judge in mode observe waits for the end of the step while the store is away', async () => {
  await using running = await runJudge({ policy })
  running.clock.ms = rolloutStart + 20_000
  await running.judge({ step: first })
  await running.store.close()
  running.clock.ms = endOfFirst - minute
  expect((await running.judge({ step: first })).body).toMatchObject({ verdict: 'inconclusive', kept: false })
  running.clock.ms = endOfFirst
  expect((await running.judge({ step: first })).body).toMatchObject({ verdict: 'pass', kept: false })
})

test('POST /v1/judge in mode observe waits for the end of the step while looks are too many', async () => {
  await using running = await runJudge({ policy, overrides: { judge: { maxLooks: 0 } } })
  const start = new Date(rolloutStart).toISOString()
  running.clock.ms = rolloutStart + 4 * minute
  const { body: early } = await running.judge({ start })
  expect([early.verdict, ...codesOf(early)]).toEqual(['inconclusive', 'overloaded'])
  running.clock.ms = rolloutStart + 5 * minute
  const { body: over } = await running.judge({ start })
  expect([over.verdict, ...codesOf(over)]).toEqual(['pass', 'overloaded'])
})

test('POST /v1/judge in mode observe takes a hold for a hold, before the end of a step and after it', async () => {
  await using running = await runJudge({ fixture: 'errors-x10', policy })
  running.clock.ms = rolloutStart + 20_000
  await running.judge({ step: first })
  await running.decide({ decision: 'hold' })
  for (const ms of [endOfFirst - minute, endOfFirst]) {
    running.clock.ms = ms
    const { body } = await running.judge({ step: first })
    expect([body.judged, body.verdict]).toEqual(['fail', 'inconclusive'])
    expect(codesOf(body)).toContain('held')
  }
})
