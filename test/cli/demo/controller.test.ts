import { expect, test } from 'vitest'
import { createController } from '../../../src/cli/demo/controller.ts'

const minuteMs = 60_000
const start = Date.parse('2026-11-20T10:00:00Z')
const texts: Readonly<Record<number, string>> = {
  200: 'pass: because',
  412: 'fail: because',
  425: 'inconclusive: because',
}

/** A controller that asks once a minute and gets these statuses from the service. */
function controllerThatHears(
  statuses: readonly number[],
  names: readonly [string, ...string[]] = ['healthy'],
) {
  const looks: object[] = []
  const calls: string[] = []
  const lines: string[] = []
  let now = start + 20_000
  const controller = createController({
    names,
    clock: { now: () => now },
    async call(hook, body) {
      calls.push(hook)
      if (!hook.startsWith('confirm') || calls.at(-2) === 'pre-rollout') return { status: 200, text: 'noted' }
      const status = statuses[looks.length] ?? 425
      looks.push(body)
      return { status, text: `${texts[status]}; /v1/verdicts/1` }
    },
    say: (line) => lines.push(line),
  })
  return {
    controller,
    looks,
    calls,
    lines,
    pass: async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute++) {
        await controller.minute()
        now += minuteMs
      }
    },
  }
}

test('a controller begins, asks once a minute, and says a verdict once', async () => {
  const { looks, calls, lines, pass } = controllerThatHears([])
  await pass(4)
  expect(calls).toEqual([
    'pre-rollout',
    'confirm-traffic-increase',
    'event',
    'confirm-traffic-increase',
    'confirm-traffic-increase',
    'confirm-traffic-increase',
  ])
  const metadata = { steps: '5,25,50', minutes: '10' }
  expect(looks[0]).toEqual({
    namespace: 'live',
    name: 'healthy',
    checksum: 'v2',
    phase: 'Progressing',
    metadata,
  })
  expect(lines).toEqual([
    '10:00  healthy       v2  at 5%   began: a healthy canary',
    '10:01  healthy       v2  at 5%   inconclusive: because',
  ])
})

test('a pass raises the weight from the next minute on', async () => {
  const { controller, calls, lines, pass } = controllerThatHears([425, 200])
  await pass(3)
  expect(controller.rolloutOf('healthy')?.begun).toEqual([start, start + 3 * minuteMs])
  expect(calls.at(-1)).toBe('event')
  expect(lines.at(-1)).toBe('10:02  healthy       v2  at 5%   pass: because → on to 25%')
})

test('the last pass promotes, and the next service follows a pause', async () => {
  const { controller, calls, lines, pass } = controllerThatHears([200, 200, 200], ['healthy', 'by-hand'])
  await pass(4)
  expect(calls.slice(-2)).toEqual(['confirm-promotion', 'post-rollout'])
  expect(lines.at(-1)).toBe('10:03  healthy       v2  at 50%  pass: because → promoted')
  expect(controller.rolloutOf('healthy')?.ended).toEqual({ at: start + 4 * minuteMs, how: 'promoted' })
  await pass(5)
  expect(controller.rolloutOf('by-hand')).toBeUndefined()
  await pass(1)
  const begun = [start + 9 * minuteMs]
  expect(controller.rolloutOf('by-hand')).toEqual({ name: 'by-hand', stable: 'v1', canary: 'v2', begun })
})

test('a fail ends the rollout, and the next revision is compared with the same stable one', async () => {
  const { controller, looks, lines, pass } = controllerThatHears([412])
  await pass(6)
  expect(looks).toHaveLength(1)
  expect(lines.at(-1)).toBe('10:01  healthy       v2  at 5%   fail: because → aborted')
  await pass(2)
  expect(controller.rolloutOf('healthy')).toMatchObject({ canary: 'v3', stable: 'v1' })
})

test('after a promotion the next revision is compared with the one that was promoted', async () => {
  const { controller, pass } = controllerThatHears([200, 200, 200])
  await pass(10)
  expect(controller.rolloutOf('healthy')).toMatchObject({ canary: 'v3', stable: 'v2' })
})

test('a step without an answer is given up after an hour', async () => {
  const { controller, lines, pass } = controllerThatHears([])
  await pass(60)
  expect(controller.rolloutOf('healthy')?.ended).toBeUndefined()
  await pass(1)
  expect(controller.rolloutOf('healthy')?.ended?.how).toBe('given up')
  expect(lines.at(-1)).toBe('11:00  healthy       v2  at 5%   inconclusive: because → given up')
})
