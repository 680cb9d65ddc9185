import { expect, test } from 'vitest'
import { createController } from '../../../src/cli/demo/controller.ts'

const minuteMs = 60_000
const start = Date.parse('2026-11-20T10:00:00Z')

/** A controller whose service gives these answers, one a minute; more looks in one minute take more of them. */
function controllerThatHears(answers: readonly string[]) {
  const asked: object[] = []
  const lines: string[] = []
  let now = start + 20_000
  const controller = createController({
    name: 'web',
    clock: { now: () => now },
    async ask(body) {
      const verdict = answers[asked.length] ?? 'inconclusive'
      asked.push(body)
      return {
        verdict,
        judged: verdict,
        score: 50,
        summary: `${verdict}: because`,
        run: 'r',
        reasons: [],
        metrics: [],
        links: { verdict: '/v' },
      }
    },
    say: (line) => lines.push(line),
  })
  return {
    controller,
    asked,
    lines,
    pass: async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute++) {
        await controller.minute()
        now += minuteMs
      }
    },
  }
}

test('a controller asks once a minute from the second one on, and says a verdict once', async () => {
  const { asked, lines, pass } = controllerThatHears([])
  await pass(5)
  expect(asked).toHaveLength(4)
  const step = { step: 1, of: 3, weight: 5, next: 25, minutes: 10 }
  expect(asked[0]).toEqual({ namespace: 'live', name: 'web', canaryHash: 'v2', stableHash: 'v1', ...step })
  expect(lines).toEqual(['10:01  web         v2  at 5%   inconclusive: because'])
})

test('a pass raises the weight from the next minute on, and the next step asks at once', async () => {
  const { controller, asked, lines, pass } = controllerThatHears(['inconclusive', 'pass'])
  await pass(4)
  expect(controller.rollout().begun).toEqual([start, start + 3 * minuteMs])
  expect(asked[2]).toMatchObject({ step: 2, weight: 25, next: 50 })
  expect(lines).toEqual([
    '10:01  web         v2  at 5%   inconclusive: because',
    '10:02  web         v2  at 5%   pass: because → on to 25%',
  ])
})

test('after the last pass the canary is stable, and the next revision follows a pause', async () => {
  const { controller, lines, pass } = controllerThatHears(['pass', 'pass', 'pass'])
  await pass(2)
  expect(lines.at(-1)).toBe('10:01  web         v2  at 50%  pass: because → promoted')
  expect(controller.rollout().ended).toEqual({ at: start + 2 * minuteMs, how: 'promoted' })
  await pass(15)
  expect(controller.rollout().canary).toBe('v2')
  await pass(1)
  const begun = [start + 17 * minuteMs]
  expect(controller.rollout()).toEqual({ name: 'web', canary: 'v3', stable: 'v2', begun })
})

test('a fail ends the rollout, and the next revision is compared with the same stable one', async () => {
  const { controller, asked, lines, pass } = controllerThatHears(['fail'])
  await pass(16)
  expect(asked).toHaveLength(1)
  expect(lines).toEqual(['10:01  web         v2  at 5%   fail: because → aborted'])
  await pass(3)
  expect(asked[1]).toMatchObject({ canaryHash: 'v3', stableHash: 'v1', step: 1 })
  expect(controller.rollout().canary).toBe('v3')
})

test('a step without an answer is given up after an hour and a half', async () => {
  const { controller, lines, pass } = controllerThatHears([])
  await pass(90)
  expect(controller.rollout().ended).toBeUndefined()
  await pass(1)
  expect(controller.rollout().ended?.how).toBe('given up')
  expect(lines.at(-1)).toBe('11:30  web         v2  at 5%   inconclusive: because → given up')
})
