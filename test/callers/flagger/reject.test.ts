import { describe, expect, test } from 'vitest'
import { minute } from '../../support/service/run-judge.ts'
import { type FlaggerRollout, payload, runFlagger } from './flagger-caller.ts'

const rejected = async (running: FlaggerRollout): Promise<void> => {
  await running.begin()
  await running.tick()
  await running.decide({ decision: 'reject', reason: 'the cart is empty' })
}

describe('POST /v1/flagger/rollback after a reject', () => {
  test.each(['rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const)(
    'waits until the %s hook has given the reason to Flagger',
    async (hook) => {
      await using running = await runFlagger()
      await rejected(running)
      running.clock.ms += minute
      const early = await running.hook('rollback')
      expect([early.status, early.text]).toEqual([
        409,
        expect.stringMatching(
          /^no rollback: not before a hook gave the reason to Flagger: fail: rejected by/,
        ),
      ])
      const shown = await running.hook(hook)
      expect([shown.status, shown.text]).toEqual([412, expect.stringContaining('the cart is empty')])
      running.clock.ms += 10_000
      expect((await running.hook('rollback')).status).toBe(200)
    },
  )

  test.each([
    [undefined, 2],
    ['3m', 6],
  ])('with an interval of %s waits for no other hook longer than %i minutes', async (interval, minutes) => {
    await using running = await runFlagger()
    await rejected(running)
    const change = interval === undefined ? {} : { metadata: { ...payload.metadata, interval } }
    running.clock.ms += minutes * minute - 1000
    expect((await running.hook('rollback', change)).status).toBe(409)
    running.clock.ms += 1000
    expect((await running.hook('rollback', change)).status).toBe(200)
  })

  test('waits again for the reason of another reject', async () => {
    await using running = await runFlagger()
    await rejected(running)
    expect((await running.hook('rollout')).status).toBe(412)
    await running.decide({ decision: 'clear' })
    await running.decide({ decision: 'reject', reason: 'and now the prices are wrong' })
    expect((await running.hook('rollback')).status).toBe(409)
    const { status, text } = await running.hook('rollout')
    expect([status, text]).toEqual([412, expect.stringContaining('prices')])
    expect((await running.hook('rollback')).status).toBe(200)
  })
})
