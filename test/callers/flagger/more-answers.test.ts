import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { type FlaggerRollout, quickPolicy, runFlagger } from './flagger-caller.ts'

const bad = {
  fixture: 'errors-x10',
  policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
}
const short = (settings: string): string => quickPolicy(settings).replace('step: 5m', 'step: 3m')

const ticks = async (running: FlaggerRollout, count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await running.tick()
}
const failed = async (running: FlaggerRollout): Promise<void> => {
  await running.begin()
  await running.until('rollout', 412)
}

const downAtTheGate = async (running: FlaggerRollout): Promise<void> => {
  await running.begin()
  await running.tick()
  running.source.fault = 'down'
  await ticks(running, 6)
}

interface State {
  readonly fixture?: string
  readonly policy?: string
  readonly reach: (running: FlaggerRollout) => Promise<unknown>
  /** The statuses of rollout, confirm-traffic-increase, confirm-promotion and rollback. */
  readonly answers: readonly [number, number, number, number]
}

/** States in which decisions of people, rules of the policy and faults come together. */
const states: Readonly<Record<string, State>> = {
  'a pass that waits for a person, by `approval: manual`': {
    policy: quickPolicy('approval: manual'),
    reach: async (running) => {
      await running.begin()
      await ticks(running, 8)
    },
    answers: [200, 425, 425, 409],
  },
  'a person who approved what the judge cannot tell': {
    fixture: 'too-little-traffic',
    reach: async (running) => {
      await running.begin()
      await running.tick()
      await running.decide({ decision: 'approve' })
    },
    answers: [200, 200, 200, 409],
  },
  'a fail, approved without override': {
    ...bad,
    reach: async (running) => {
      await failed(running)
      await running.decide({ decision: 'approve' })
    },
    answers: [412, 412, 412, 200],
  },
  'a fail that a person overrode': {
    ...bad,
    reach: async (running) => {
      await failed(running)
      await running.decide({ decision: 'approve', override: true })
    },
    answers: [200, 200, 200, 409],
  },
  'a fail that a person holds, which hides nothing': {
    ...bad,
    reach: async (running) => {
      await failed(running)
      await running.decide({ decision: 'hold' })
    },
    answers: [412, 412, 412, 200],
  },
  'a reject while Prometheus is down': {
    reach: async (running) => {
      await running.begin()
      await running.tick()
      running.source.fault = 'down'
      await running.decide({ decision: 'reject' })
    },
    answers: [412, 412, 412, 200],
  },
  'no data at its gate, by `onNoData: fail`': {
    fixture: 'no-canary-data',
    policy: short('onNoData: fail'),
    reach: async (running) => {
      await running.begin()
      await ticks(running, 6)
    },
    answers: [412, 412, 412, 409],
  },
  'no data at its gate, by `onNoData: proceed`': {
    fixture: 'no-canary-data',
    policy: short('onNoData: proceed'),
    reach: async (running) => {
      await running.begin()
      await ticks(running, 6)
    },
    answers: [200, 200, 200, 409],
  },
  'Prometheus down from before the gate until after it, by `onSourceDown: fail`': {
    policy: short('onSourceDown: fail'),
    reach: downAtTheGate,
    answers: [412, 412, 412, 409],
  },
  'Prometheus down from before the gate until after it, by `onSourceDown: proceed`': {
    policy: short('onSourceDown: proceed'),
    reach: downAtTheGate,
    answers: [200, 200, 200, 409],
  },
  'no data before its gate, by `onNoData: fail`': {
    fixture: 'no-canary-data',
    policy: short('onNoData: fail'),
    reach: async (running) => {
      await running.begin()
      await running.tick()
    },
    answers: [200, 425, 425, 409],
  },
}

describe.each(Object.entries(states))('POST /v1/flagger/* with %s', (_, { reach, answers, ...options }) => {
  test(`answers rollout, confirm-traffic-increase, confirm-promotion, rollback with ${answers.join(', ')}`, async () => {
    await using running = await runFlagger(options)
    await reach(running)
    running.clock.ms += 1000
    const got = []
    for (const hook of ['rollout', 'confirm-traffic-increase', 'confirm-promotion', 'rollback'] as const) {
      got.push((await running.hook(hook)).status)
    }
    expect(got).toEqual(answers)
  })
})

test('POST with a slash at the end is never a redirect, which Flagger takes for a failed hook', async () => {
  await using running = await runFlagger()
  for (const path of ['/v1/flagger/rollback/', '/v1/flagger/rollout/', '/gate/check/', '/rollback/check/']) {
    const { status, headers } = await request(running.url).post(path).send({}).redirects(0)
    expect([path, status >= 400, headers['location']]).toEqual([path, true, undefined])
  }
})
