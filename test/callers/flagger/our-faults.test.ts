import { expect, test } from 'vitest'
import { fakeSource, fixtureRecording } from '../../support/stand-ins/fake-source.ts'
import { isPlainLine, payload, runFlagger } from './flagger-caller.ts'
import { startStopwatch } from '../../support/measures/stopwatch.ts'

test('POST /v1/flagger/rollout that fails by a defect of the service answers 503 with Retry-After, and gives the cause only to the log', async () => {
  const source = fakeSource(fixtureRecording('healthy'))
  await using running = await runFlagger({
    source: {
      ...source,
      fetch: async () => {
        throw new Error('secret detail')
      },
    },
  })
  await running.begin()
  const answer = await running.hook('rollout')
  expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([
    503,
    'internal: Internal error',
    '2',
  ])
  expect(isPlainLine(answer)).toBe(true)
  const logged = running.lines.find((line) => line.includes('a hook of Flagger failed'))
  expect(logged).toContain('secret detail')
  // The rollback hook does not roll back when it cannot find out the verdict.
  expect((await running.hook('rollback')).status).toBe(503)
})

test('POST /v1/flagger/pre-rollout refuses more parameters than a policy can ask for', async () => {
  await using running = await runFlagger()
  const many = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`p${i}`, 'x']))
  const { status, text } = await running.hook('pre-rollout', { metadata: { ...many, policy: 'web' } })
  expect([status, text]).toEqual([
    400,
    'bad-request: invalid body: metadata: expected at most 30 parameters, got 31',
  ])
  const { steps: _, ...metadata } = payload.metadata
  expect((await running.hook('pre-rollout', { metadata: { ...metadata, port: '' } })).status).toBe(200)
})

test('POST /v1/flagger/rollback while Prometheus hangs knows of a reject within the three seconds of its manifest', async () => {
  await using running = await runFlagger()
  await running.begin()
  await running.tick()
  await running.decide({ decision: 'reject' })
  running.source.fault = 'hangs'
  running.clock.ms += 120_000
  const watch = startStopwatch()
  const { status, text } = await running.hook('rollback')
  expect(watch.elapsedMs()).toBeLessThan(3000)
  expect([status, text]).toEqual([200, expect.stringMatching(/^roll back: fail: rejected by ann/)])
})
