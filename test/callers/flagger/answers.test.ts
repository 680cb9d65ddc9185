import { describe, expect, test } from 'vitest'
import { minute } from '../../support/service/run-judge.ts'
import { type FlaggerRollout, isPlainLine, quickPolicy, runFlagger } from './flagger-caller.ts'

const bad = {
  fixture: 'errors-x10',
  policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
}
const little = (then: string) => ({
  fixture: 'too-little-traffic',
  policy: quickPolicy(`hold: {for: 2m, then: ${then}}`).replace('step: 5m', 'step: 3m'),
})
const heldOut = async (running: FlaggerRollout): Promise<void> => {
  await running.begin()
  for (let n = 0; n < 9; n++) await running.tick()
}

/** For each state: how it comes about, and what the hooks answer. */
const states: readonly (readonly [string, State])[] = [
  [
    'pass',
    {
      reach: async (running) => {
        await running.begin()
        await running.event('Advance web.shop canary weight 5')
        await running.until('confirm-traffic-increase', 200)
      },
      answers: [200, 200, 200, 409],
    },
  ],
  [
    'fail',
    {
      ...bad,
      reach: async (running) => {
        await running.begin()
        await running.until('rollout', 412)
      },
      answers: [412, 412, 412, 200],
    },
  ],
  [
    'reject',
    {
      reach: async (running) => {
        await running.begin()
        await running.tick()
        await running.decide({ decision: 'reject' })
      },
      answers: [412, 412, 412, 200],
    },
  ],
  [
    'inconclusive',
    {
      fixture: 'too-little-traffic',
      reach: async (running) => {
        await running.begin()
        await running.tick()
      },
      answers: [200, 425, 425, 409],
    },
  ],
  [
    'no data',
    {
      fixture: 'no-canary-data',
      reach: async (running) => {
        await running.begin()
        await running.tick()
      },
      answers: [200, 425, 425, 409],
    },
  ],
  [
    'held by a person',
    {
      reach: async (running) => {
        await running.begin()
        await running.until('confirm-traffic-increase', 200)
        await running.decide({ decision: 'hold', scope: 'run' })
      },
      answers: [200, 425, 425, 409],
    },
  ],
  ['a hold that ran out, then ask', { ...little('ask'), reach: heldOut, answers: [200, 425, 425, 409] }],
  [
    'a hold that ran out, then proceed',
    { ...little('proceed'), reach: heldOut, answers: [200, 200, 200, 409] },
  ],
  ['a hold that ran out, then fail', { ...little('fail'), reach: heldOut, answers: [412, 412, 412, 200] }],
  [
    'a gate that fails for want of evidence, which is no reason to roll back at once',
    {
      ...little('ask'),
      policy: quickPolicy('onInconclusive: fail').replace('step: 5m', 'step: 3m'),
      reach: heldOut,
      answers: [412, 412, 412, 409],
    },
  ],
  [
    'source down',
    {
      reach: async (running) => {
        await running.begin()
        await running.tick()
        running.source.fault = 'down'
      },
      answers: [200, 425, 425, 409],
    },
  ],
  [
    'source down after a fail',
    {
      ...bad,
      reach: async (running) => {
        await running.begin()
        await running.until('rollout', 412)
        running.source.fault = 'down'
      },
      answers: [412, 412, 412, 200],
    },
  ],
  [
    'store down',
    {
      reach: async (running) => {
        await running.begin()
        await running.tick()
        await running.store.close()
      },
      answers: [200, 425, 425, 409],
    },
  ],
  [
    'mode pause, after a fail',
    {
      ...bad,
      policy: `${bad.policy}\nmode: pause`,
      reach: async (running) => {
        await running.begin()
        for (let n = 0; n < 9; n++) await running.tick()
      },
      answers: [200, 425, 425, 409],
    },
  ],
  [
    'mode observe, after a fail',
    {
      ...bad,
      policy: `${bad.policy}\nmode: observe`,
      reach: async (running) => {
        await running.begin()
        for (let n = 0; n < 9; n++) await running.tick()
      },
      answers: [200, 200, 200, 409],
    },
  ],
  [
    'mode observe, before the end of the step',
    {
      ...bad,
      policy: `${bad.policy}\nmode: observe`,
      reach: async (running) => {
        await running.begin()
        for (let n = 0; n < 5; n++) await running.tick()
      },
      answers: [200, 425, 425, 409],
    },
  ],
]

interface State {
  readonly fixture?: string
  readonly policy?: string
  readonly reach: (running: FlaggerRollout) => Promise<void>
  /** The statuses of rollout, confirm-traffic-increase, confirm-promotion and rollback. */
  readonly answers: readonly [number, number, number, number]
}

const judged = ['rollout', 'confirm-traffic-increase', 'confirm-promotion', 'rollback'] as const

describe.each(states)('POST /v1/flagger/* with %s', (_, { reach, answers, ...options }) => {
  test(`answers rollout, confirm-traffic-increase, confirm-promotion, rollback with ${answers.join(', ')}`, async () => {
    await using running = await runFlagger(options)
    await reach(running)
    running.clock.ms += 1000
    const got = []
    for (const type of judged) {
      const answer = await running.hook(type)
      expect([type, answer.text, isPlainLine(answer)]).toEqual([type, answer.text, true])
      got.push(answer.status)
    }
    expect(got).toEqual(answers)
  })

  test('answers pre-rollout, event and post-rollout with 200 at once', async () => {
    await using running = await runFlagger(options)
    await reach(running)
    for (const type of ['pre-rollout', 'event', 'post-rollout'] as const) {
      const answer = await running.hook(type)
      expect([type, answer.status, isPlainLine(answer)]).toEqual([type, 200, true])
    }
  })
})

test.each([
  ['rollout', 200],
  ['confirm-traffic-increase', 425],
  ['confirm-promotion', 425],
  ['rollback', 409],
  ['confirm-rollout', 200],
  ['pre-rollout', 200],
  ['post-rollout', 200],
  ['event', 200],
] as const)('POST /v1/flagger/%s without a run answers %i', async (type, status) => {
  await using running = await runFlagger()
  const answer = await running.hook(type)
  expect([answer.status, isPlainLine(answer)]).toEqual([status, true])
})

/** The deadline is long enough for all calls of a test while another call hangs. */
const judge = { maxComputations: 1, deadlineMs: 3000 }

/** Takes the only place for a look, until the deadline. */
async function occupy(running: FlaggerRollout): Promise<{ readonly free: Promise<unknown> }> {
  running.source.fault = 'hangs'
  running.clock.ms += minute
  const free = running.hook('rollout', { name: 'other' })
  while (running.source.fetches.at(-1)?.run.name !== 'other') await new Promise(setImmediate)
  return { free }
}

test('POST /v1/flagger/* under overload answers 503 with Retry-After, never 429, and 200 where nothing is judged', async () => {
  await using running = await runFlagger({ overrides: { judge } })
  await running.begin()
  await running.tick()
  const { free } = await occupy(running)
  for (const [type, status] of [
    ['rollout', 503],
    ['confirm-traffic-increase', 503],
    ['confirm-promotion', 503],
    ['rollback', 503],
    ['event', 200],
    ['pre-rollout', 200],
    ['post-rollout', 200],
    ['confirm-rollout', 200],
  ] as const) {
    const answer = await running.hook(type)
    const retryAfter = status === 503 ? '2' : undefined
    expect([type, answer.status, isPlainLine(answer)]).toEqual([type, status, true])
    expect(answer.headers['retry-after']).toBe(retryAfter)
  }
  expect(await free).toMatchObject({ status: 200 })
})

test('POST /v1/flagger/rollout under overload still stops a canary that failed before', async () => {
  await using running = await runFlagger({ ...bad, overrides: { judge } })
  await running.begin()
  await running.until('rollout', 412)
  const { free } = await occupy(running)
  expect((await running.hook('rollout')).status).toBe(412)
  expect((await running.hook('rollback')).status).toBe(200)
  await free
})
