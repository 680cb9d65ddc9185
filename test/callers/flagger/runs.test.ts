import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { minute } from '../../support/service/run-judge.ts'
import { type FlaggerRollout, payload, quickPolicy, runFlagger, token } from './flagger-caller.ts'

const bad = {
  fixture: 'errors-x10',
  policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
}

const runsOf = async ({ store }: FlaggerRollout) => (await store.listRuns({ limit: 10 })).items

async function failed(): Promise<FlaggerRollout> {
  const running = await runFlagger(bad)
  await running.begin()
  await running.until('rollout', 412)
  expect((await running.hook('rollback')).status).toBe(200)
  return running
}

describe('an old fail never rolls back a new run of the same checksum', () => {
  test('that begins after a post-rollout', async () => {
    await using running = await failed()
    await running.hook('post-rollout', { phase: 'Failed' })
    expect((await running.hook('rollback')).text).toBe('no rollback: no run is open for shop/web')
    running.clock.ms += minute
    await running.begin()
    expect((await running.hook('rollback')).status).toBe(409)
    expect((await running.hook('rollout')).status).toBe(200)
    expect((await running.hook('rollback')).status).toBe(409)
    expect((await runsOf(running)).map(({ ending }) => ending)).toEqual([undefined, 'aborted'])
  })

  test('that begins after a confirm-rollout, which comes under the checksum before', async () => {
    await using running = await failed()
    expect((await running.hook('confirm-rollout', { phase: 'Failed', checksum: 'before' })).status).toBe(200)
    expect((await running.hook('rollback')).text).toBe('no rollback: no run is open for shop/web')
  })

  test('that begins with a pre-rollout, where nothing closed the old one', async () => {
    await using running = await failed()
    await running.begin()
    expect((await running.hook('rollback')).status).toBe(409)
    expect(await runsOf(running)).toMatchObject([{ revision: '7d9fb' }, { ending: 'superseded' }])
  })

  test('that begins with a rollout hook long after, where no other hook is set', async () => {
    await using running = await failed()
    running.clock.ms += 31 * minute
    expect((await running.hook('rollback')).status).toBe(409)
    expect((await running.hook('rollout')).status).toBe(200)
    expect((await running.hook('rollback')).status).toBe(409)
    expect((await runsOf(running)).map(({ ending }) => ending)).toEqual([undefined, 'gone quiet'])
  })

  test('nor does it stop a new revision', async () => {
    await using running = await failed()
    const checksum = 'b8c5d'
    expect((await running.hook('rollback', { checksum })).status).toBe(409)
    expect((await running.hook('rollout', { checksum })).status).toBe(200)
    expect((await running.hook('rollback', { checksum })).status).toBe(409)
    expect((await running.hook('rollback')).status).toBe(409)
    expect((await runsOf(running)).map(({ ending }) => ending)).toEqual([undefined, 'superseded'])
  })
})

describe('POST /v1/flagger/pre-rollout after a refused confirm-promotion', () => {
  const refused = async (options: Parameters<typeof runFlagger>[0], status: number) => {
    const running = await runFlagger(options)
    await running.hook('pre-rollout')
    await running.until('confirm-promotion', status)
    running.clock.ms += minute
    return running
  }

  test('goes on with the run: blue/green with one iteration comes back to it', async () => {
    await using running = await refused({ fixture: 'too-little-traffic' }, 425)
    expect((await running.hook('pre-rollout')).status).toBe(200)
    expect(await runsOf(running)).toHaveLength(1)
    expect((await running.hook('confirm-promotion')).status).toBe(425)
    expect((await running.hook('pre-rollout', { checksum: 'b8c5d' })).status).toBe(200)
    expect((await runsOf(running)).map(({ ending }) => ending)).toEqual([undefined, 'superseded'])
  })

  test('opens another one where a person rejected the canary', async () => {
    await using running = await refused({ fixture: 'too-little-traffic' }, 425)
    const decision = { namespace: 'shop', name: 'web', decision: 'reject', by: 'ann', reason: 'no' }
    await request(running.url).post('/v1/decisions').auth('ann', token).send(decision).expect(201)
    expect((await running.hook('confirm-promotion')).status).toBe(412)
    running.clock.ms += minute
    await running.begin()
    expect((await runsOf(running)).map(({ ending }) => ending)).toEqual([undefined, 'superseded'])
    expect((await running.hook('rollout')).status).toBe(200)
  })

  test('opens another one where it was refused for good', async () => {
    await using running = await refused(bad, 412)
    await running.hook('pre-rollout')
    expect((await runsOf(running)).map(({ ending }) => ending)).toEqual([undefined, 'superseded'])
    expect((await running.hook('rollback')).status).toBe(409)
  })
})

describe('POST /v1/flagger/rollback', () => {
  test('is 200 only while another hook has called within five minutes, itself not counted', async () => {
    await using running = await failed()
    running.clock.ms += 5 * minute
    expect((await running.hook('rollback')).status).toBe(200)
    running.clock.ms += 1
    expect(await running.hook('rollback')).toMatchObject({
      status: 409,
      text: 'no rollback: no other hook has called for 5 minutes; say metadata.interval if it is long',
    })
    await running.hook('rollout')
    expect((await running.hook('rollback')).status).toBe(200)
  })

  test('waits for three intervals where metadata says that they are long', async () => {
    await using running = await failed()
    const metadata = { ...payload.metadata, interval: '5m' }
    running.clock.ms += 15 * minute
    expect((await running.hook('rollback', { metadata })).status).toBe(200)
    running.clock.ms += 1
    expect((await running.hook('rollback', { metadata })).status).toBe(409)
  })

  test('is 409 before anything was judged, and after a person overrode the fail', async () => {
    await using running = await runFlagger(bad)
    await running.begin()
    expect((await running.hook('rollback')).status).toBe(409)
    await running.until('rollout', 412)
    await running.decide({ decision: 'approve', scope: 'run' })
    expect((await running.hook('rollback')).status).toBe(200)
    await running.decide({ decision: 'approve', scope: 'run', override: true })
    expect((await running.hook('rollback')).status).toBe(409)
    expect((await running.hook('rollout')).status).toBe(200)
  })
})

describe('POST /v1/flagger/confirm-rollout', () => {
  test('is 425 while a person holds the rollout that is to come, and says who and why', async () => {
    await using running = await runFlagger()
    await running.decide({ decision: 'hold', by: 'Ann', reason: 'freeze' })
    expect(await running.hook('confirm-rollout', { phase: 'Initialized', checksum: '' })).toMatchObject({
      status: 425,
      text: 'held by Ann (token ann): freeze',
    })
    await running.decide({ decision: 'clear' })
    expect((await running.hook('confirm-rollout', { checksum: '' })).status).toBe(200)
  })

  test('is 200 after a fail or a reject, which do not concern the rollout to come', async () => {
    await using running = await failed()
    await running.decide({ decision: 'reject' })
    expect((await running.hook('confirm-rollout')).status).toBe(200)
  })
})

test('POST /v1/flagger/pre-rollout binds what was decided before, and repeats open no second run', async () => {
  await using running = await runFlagger()
  await running.decide({ decision: 'reject', scope: 'run' })
  await running.begin()
  running.clock.ms += minute
  await running.begin()
  expect(await runsOf(running)).toHaveLength(1)
  expect((await running.tick()).status).toBe(412)
  expect((await running.hook('rollback')).status).toBe(200)
})

test('POST /v1/flagger/pre-rollout of a new revision leaves the old decisions behind', async () => {
  await using running = await runFlagger()
  await running.begin()
  await running.tick()
  await running.decide({ decision: 'reject', scope: 'run' })
  const checksum = 'b8c5d'
  await running.hook('pre-rollout', { checksum })
  running.clock.ms += minute
  expect((await running.hook('rollout', { checksum })).status).toBe(200)
})

test.each([
  ['Succeeded', 'promoted'],
  ['Failed', 'aborted'],
  ['Terminating', 'ended'],
])('POST /v1/flagger/post-rollout in phase %s closes the run as %s', async (phase, ending) => {
  await using running = await runFlagger()
  await running.begin()
  await running.hook('post-rollout', { phase, checksum: 'older' })
  expect((await runsOf(running))[0]?.closedAt).toBeUndefined()
  await running.hook('post-rollout', { phase })
  expect(await runsOf(running)).toMatchObject([{ closedAt: running.clock.ms, ending }])
})

test('POST /v1/flagger/post-rollout without a checksum closes what is open', async () => {
  await using running = await runFlagger()
  await running.begin()
  await running.hook('post-rollout', { phase: 'Succeeded', checksum: undefined })
  expect(await runsOf(running)).toMatchObject([{ ending: 'promoted' }])
})

test('POST /v1/flagger/* of a Prometheus with a name is a run of its own', async () => {
  await using running = await runFlagger({ policy: quickPolicy('source: eu') })
  await running.begin()
  await running.tick()
  expect(await runsOf(running)).toMatchObject([{ source: 'flagger@eu' }])
})

test('POST /v1/flagger/* counts its verdicts in the metrics', async () => {
  await using running = await failed()
  const text = await (await fetch(`${running.url}/metrics`)).text()
  expect(text).toMatch(/canary_judge_verdicts_total\{caller="flagger",verdict="fail",judged="fail"\} [1-9]/)
})

test('POST /v1/flagger/* keeps every look, and says in its line where the verdict is', async () => {
  await using running = await runFlagger()
  await running.begin()
  const lines = [await running.tick(), await running.tick(), await running.tick()]
  const [run] = await runsOf(running)
  const { items } = await running.store.listVerdicts(run?.id ?? '', { limit: 50 })
  const links = items.map(({ id }) => `/v1/verdicts/${id}`)
  expect(lines.map(({ text }) => text.split('; ').at(-1)).toReversed()).toEqual(links)
})
