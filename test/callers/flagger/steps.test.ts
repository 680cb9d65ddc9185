import { expect, test } from 'vitest'
import { minute, rolloutStart } from '../../support/service/run-judge.ts'
import { type FlaggerRollout, payload, quickPolicy, runFlagger } from './flagger-caller.ts'

const increase = 'confirm-traffic-increase'
const little = { fixture: 'too-little-traffic' }

const runsOf = async ({ store }: FlaggerRollout) => (await store.listRuns({ limit: 10 })).items
const stepsOf = async (running: FlaggerRollout) => {
  const [run] = await runsOf(running)
  const steps = await running.store.listSteps(run?.id ?? '')
  return steps.map(({ index, weight, next, startedAt }) => [
    index,
    weight,
    next,
    (startedAt - rolloutStart) / minute,
  ])
}

test('POST /v1/flagger/confirm-traffic-increase is 200 before the first step, in every tick', async () => {
  await using running = await runFlagger(little)
  for (let tick = 0; tick < 5; tick++) {
    running.clock.ms += minute
    expect((await running.hook('pre-rollout')).status).toBe(200)
    expect(await running.hook(increase)).toMatchObject({ status: 200, text: 'the first step may begin' })
  }
  expect(await runsOf(running)).toHaveLength(1)
  // Flagger retries the same call within seconds.
  running.clock.ms += 3000
  expect((await running.hook(increase)).status).toBe(200)
  await running.tick()
  expect((await running.hook(increase)).status).toBe(425)
})

test('POST /v1/flagger/confirm-traffic-increase judges from the next tick on where no rollout hook is set', async () => {
  await using running = await runFlagger(little)
  await running.begin()
  running.clock.ms += minute
  expect((await running.hook(increase)).status).toBe(425)
  expect(await stepsOf(running)).toEqual([[0, 5, 25, 1]])
})

test('POST /v1/flagger/confirm-traffic-increase without a run is 425 and says what to set', async () => {
  await using running = await runFlagger()
  const { status, text } = await running.hook(increase)
  expect([status, text]).toEqual([
    425,
    'no run of shop/web with checksum 7d9fb is open: are the pre-rollout and rollout hooks set?',
  ])
})

test('POST /v1/flagger/confirm-traffic-increase stays 200 for the rest of the step, where another gate holds the traffic back', async () => {
  await using running = await runFlagger()
  await running.begin()
  await running.event('Advance web.shop canary weight 5')
  await running.until(increase, 200)
  for (let tick = 0; tick < 3; tick++) {
    expect((await running.tick()).status).toBe(200)
    expect((await running.hook(increase)).status).toBe(200)
  }
  expect(await stepsOf(running)).toEqual([[0, 5, 25, 1]])
})

test('POST /v1/flagger/event opens the step of its weight, and a pass of that step is none of the step before', async () => {
  await using running = await runFlagger()
  await running.begin()
  expect(await running.event('Advance web.shop canary weight 5')).toMatchObject({
    status: 200,
    text: "the canary's weight is 5",
  })
  await running.event('Advance web.shop canary weight 5')
  await running.until(increase, 200)
  const passedAt = (running.clock.ms - 20_000 - rolloutStart) / minute
  await running.event('Advance web.shop canary weight 25')
  expect((await running.tick()).status).toBe(200)
  expect((await running.hook(increase)).status).toBe(425)
  expect(await stepsOf(running)).toEqual([
    [0, 5, 25, 1],
    [1, 25, 50, passedAt + 1],
  ])
  await running.until(increase, 200)
})

test.each([
  'Advance web.shop canary iteration 1/10',
  'Advance other.shop canary weight 25',
  'Advance web.shop canary weight 25 and more',
  'Halt web.shop advancement',
  'Starting canary analysis for web.shop',
  '',
  'x'.repeat(5000),
  'two\nlines',
])('POST /v1/flagger/event takes note of "%s" and changes nothing', async (text) => {
  await using running = await runFlagger()
  await running.begin()
  expect(await running.event(text)).toMatchObject({ status: 200, text: 'noted' })
  expect(await stepsOf(running)).toEqual([])
})

test('POST /v1/flagger/event of another revision, or without a run, changes nothing', async () => {
  await using running = await runFlagger()
  const advance = { ...payload.metadata, eventMessage: 'Advance web.shop canary weight 5' }
  expect((await running.hook('event', { metadata: advance })).status).toBe(200)
  expect(await runsOf(running)).toEqual([])
  await running.begin()
  await running.hook('event', { checksum: 'older', metadata: advance })
  expect(await stepsOf(running)).toEqual([])
})

test('POST /v1/flagger/rollout begins the next step after a 200 to confirm-traffic-increase where no events come', async () => {
  await using running = await runFlagger()
  await running.begin()
  await running.until(increase, 200)
  const passedAt = (running.clock.ms - 20_000 - rolloutStart) / minute
  // A retry within the tick is still in the same step.
  expect((await running.hook(increase)).status).toBe(200)
  await running.tick()
  expect((await running.hook(increase)).status).toBe(425)
  expect(await stepsOf(running)).toEqual([
    [0, 5, 25, 1],
    [1, 25, 50, passedAt + 1],
  ])
})

test('POST /v1/flagger/rollout never goes beyond the last of the steps', async () => {
  await using running = await runFlagger()
  const metadata = { ...payload.metadata, steps: '50' }
  await running.hook('pre-rollout', { metadata })
  await running.hook(increase, { metadata })
  for (let tick = 0; tick < 12; tick++) {
    running.clock.ms += minute
    await running.hook('rollout', { metadata })
    await running.hook(increase, { metadata })
  }
  expect(await stepsOf(running)).toEqual([[0, 50, 100, 1]])
  expect((await runsOf(running))[0]?.gates).toBe(1)
})

// Blue/green and A/B have one number, which promises no share of the traffic.
test('POST /v1/flagger/rollout opens the step of one number without a weight where no traffic increase was asked for', async () => {
  await using running = await runFlagger()
  const metadata = { ...payload.metadata, steps: '50' }
  await running.hook('pre-rollout', { metadata })
  for (let tick = 0; tick < 3; tick++) {
    running.clock.ms += minute
    await running.hook('rollout', { metadata })
  }
  expect(await stepsOf(running)).toEqual([[0, undefined, 100, 1]])
  expect((await runsOf(running))[0]?.gates).toBe(1)
})

test('POST /v1/flagger/event gives weights that the metadata does not have', async () => {
  await using running = await runFlagger()
  const { steps: _, ...metadata } = payload.metadata
  const advance = (weight: number) =>
    running.hook('event', {
      metadata: { ...metadata, eventMessage: `Advance web.shop canary weight ${weight}` },
    })
  await running.hook('pre-rollout', { metadata })
  await running.hook(increase, { metadata })
  await advance(10)
  running.clock.ms += minute
  await running.hook('rollout', { metadata: { ...metadata, minutes: '7' } })
  await advance(20)
  expect(await stepsOf(running)).toEqual([
    [0, 10, undefined, 1],
    [1, 20, undefined, 2],
  ])
})

test('POST /v1/flagger/rollout opens a step as long as metadata.minutes says', async () => {
  await using running = await runFlagger()
  const metadata = { ...payload.metadata, minutes: '7' }
  await running.hook('rollout', { metadata })
  const [run] = await runsOf(running)
  const [step] = await running.store.listSteps(run?.id ?? '')
  expect(step && step.endsAt - step.startedAt).toBe(7 * minute)
})

test('POST /v1/flagger/confirm-promotion stays 200 for the rest of the run, when stable has no traffic any more', async () => {
  await using running = await runFlagger()
  await running.begin()
  await running.event('Advance web.shop canary weight 50')
  await running.until('confirm-promotion', 200)
  const { errors } = running.source.recording.metrics
  if (errors?.kind !== 'errors') throw new Error('expected a metric named errors')
  const { pods, metrics } = running.source.recording
  const gone = (rows: typeof errors.total) =>
    rows.map((row, pod) => (pods[pod]?.arm === 'stable' ? (row?.map(() => 0) ?? null) : row))
  running.source.recording = {
    ...running.source.recording,
    metrics: { ...metrics, errors: { ...errors, total: gone(errors.total), bad: gone(errors.bad) } },
  }
  // All traffic goes to the canary now, and an event may say so.
  await running.event('Advance web.shop canary weight 100')
  for (let tick = 0; tick < 3; tick++) {
    expect((await running.tick()).status).toBe(200)
    expect(await running.hook('confirm-promotion')).toMatchObject({
      status: 200,
      text: 'the promotion was confirmed before',
    })
  }
  await running.decide({ decision: 'hold', scope: 'run' })
  expect((await running.hook('confirm-promotion')).status).toBe(425)
  await running.decide({ decision: 'reject' })
  expect((await running.hook('confirm-promotion')).status).toBe(412)
})

test('POST /v1/flagger/rollout never counts calls as time', async () => {
  const policy = quickPolicy('hold: {for: 2m, then: fail}').replace('step: 5m', 'step: 3m')
  await using running = await runFlagger({ ...little, policy })
  await running.begin()
  running.clock.ms += minute
  for (let call = 0; call < 60; call++) expect((await running.hook('rollout')).status).toBe(200)
  expect((await running.hook('rollback')).status).toBe(409)
  running.clock.ms += 9 * minute
  expect((await running.hook('rollout')).status).toBe(412)
})

test("POST /v1/flagger/rollout judges the target's metrics in a run under the Canary's name", async () => {
  await using running = await runFlagger()
  await running.hook('rollout', { metadata: { ...payload.metadata, target: 'web-app' } })
  expect(await runsOf(running)).toMatchObject([
    { source: 'flagger', namespace: 'shop', name: 'web', revision: '7d9fb', policy: 'web', gates: 3 },
  ])
  expect(running.source.fetches.at(-1)).toMatchObject({
    params: { target: 'web-app', service: 'web', port: '80' },
    run: { name: 'web', source: 'flagger' },
  })
  expect(running.source.fetches.at(-1)?.params).not.toHaveProperty('policy')
  expect(running.source.fetches.at(-1)?.params).not.toHaveProperty('steps')
})
