import { expect, test } from 'vitest'
import { type FakeSource, fakeSource, fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { withoutArms } from '../support/without-arms.ts'
import { minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'
import { runFlagger } from '../callers/flagger/flagger-caller.ts'

/** The statistics never decide, so that only time ends a step: three minutes, and two of a hold. */
const policy = `
name: web
pass: strict
warmup: 0
step: 3m
hold: {for: 2m, then: proceed}
metrics: [{name: errors, kind: errors}]
`

/** The canary has data for three minutes, none for five, and then data again. */
function goneForFiveMinutes(): FakeSource {
  const recording = fixtureRecording('too-little-traffic')
  const { rolloutStart: first } = recording
  return fakeSource(withoutArms(recording, ['canary'], { from: first + 3, until: first + 8 }))
}

test('POST /v1/judge minute after minute: the clocks of step and hold begin anew when the canary was gone', async () => {
  await using running = await runJudge({ policy, source: goneForFiveMinutes() })
  const verdicts: string[] = []
  const places: unknown[] = []
  for (let look = 1; look <= 15; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    const { body } = await running.judge({ step: { index: 0, of: 3, weight: 5, next: 25 } })
    verdicts.push(body.verdict)
    places.push([body.step?.slice, body.step?.ends])
  }
  // The step begins with the first slice of the returned canary, and lasts as long as the policy says.
  expect(places.slice(8)).toEqual(Array.from({ length: 7 }, () => [68, 71]))
  // The canary returns in minute 8, the step ends in minute 11, and the hold in minute 13.
  expect(verdicts).toEqual([...Array<string>(12).fill('inconclusive'), 'pass', 'pass', 'pass'])
})

test('POST /v1/flagger tick after tick: the clocks of step and hold begin anew when the canary was gone', async () => {
  await using running = await runFlagger({ policy, source: goneForFiveMinutes() })
  await running.begin()
  await running.event('Advance web.shop canary weight 5')
  const answers: number[] = []
  for (let look = 1; look <= 14; look++) {
    await running.tick()
    answers.push((await running.hook('confirm-traffic-increase')).status)
  }
  expect(answers).toEqual([...Array<number>(12).fill(425), 200, 200])
})

test('a redeploy of the same revision gets none of the pass that the step had before', async () => {
  const recording = fixtureRecording('healthy')
  const { rolloutStart: first } = recording
  const source = fakeSource(withoutArms(recording, ['canary'], { from: first + 7, until: first + 11 }))
  const lax = policy.replace('kind: errors', 'kind: errors, tolerance: 4, margin: 8')
  await using running = await runJudge({ policy: lax, source })
  const verdicts: string[] = []
  for (let look = 1; look <= 12; look++) {
    running.clock.ms = rolloutStart + look * minute + 20_000
    verdicts.push((await running.judge({ step: { index: 0, of: 3, weight: 5, next: 25 } })).body.verdict)
  }
  expect(verdicts[6]).toBe('pass')
  expect(verdicts[11]).toBe('inconclusive')
})
