import { pino } from 'pino'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VerdictStore } from '../../../src/judge/ports/ports.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { postgresMissing, startPostgres, type PostgresServer } from '../../support/parts/postgres.ts'
import { minute } from '../../support/service/run-judge.ts'
import { type FlaggerRollout, quickPolicy, runFlagger, token } from './flagger-caller.ts'

const missing = postgresMissing()

describe.runIf(missing === undefined)(`two replicas on one PostgreSQL ${missing ?? ''}`, () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(async () => {
    await server?.stop()
  })

  async function replicas(database: string, options: Parameters<typeof runFlagger>[0]) {
    const url = (await server?.createDatabase(database)) ?? ''
    const clock = { now: () => Date.now() }
    const open = (): Promise<VerdictStore> => openStore({ url, clock, log: pino({ level: 'silent' }) })
    const [a, b] = await Promise.all(
      [1, 2].map(() => runFlagger({ ...options, overrides: { openStore: open } })),
    )
    if (a === undefined || b === undefined) throw new Error('expected two replicas')
    return { a, b }
  }

  /** The calls go to the two replicas in turn. */
  function inTurn(a: FlaggerRollout, b: FlaggerRollout) {
    let calls = 0
    const next = (): FlaggerRollout => (calls++ % 2 === 0 ? a : b)
    return {
      hook: async (type: Parameters<FlaggerRollout['hook']>[0]) => (await next().hook(type)).status,
      event: (text: string) => next().event(text),
      pass: (ms: number) => {
        a.clock.ms += ms
        b.clock.ms = a.clock.ms
      },
    }
  }

  test('promote a good canary through all its steps', async () => {
    const { a, b } = await replicas('good', {})
    await using _a = a
    await using _b = b
    const { hook, event, pass } = inTurn(a, b)
    expect(await hook('confirm-rollout')).toBe(200)
    const weights = [5, 25, 50]
    const answers: string[] = []
    for (let tick = 0, weight = 0; tick < 15; tick++) {
      expect(await hook('rollback')).toBe(409)
      expect(await hook(weight === 0 ? 'pre-rollout' : 'rollout')).toBe(200)
      const may = await hook('confirm-traffic-increase')
      answers.push(`${weight} ${may}`)
      if (may === 200 && weight === 50) break
      if (may === 200) {
        weight = weights[weights.indexOf(weight) + 1] ?? 0
        await event(`Advance web.shop canary weight ${weight}`)
      }
      pass(minute)
    }
    expect(answers[0]).toBe('0 200')
    expect(answers.filter((line) => line.endsWith('200'))).toEqual(['0 200', '5 200', '25 200', '50 200'])
    expect(answers.filter((line) => line.endsWith('425')).length).toBeGreaterThan(2)
    expect(await hook('confirm-promotion')).toBe(200)
    expect(await hook('confirm-promotion')).toBe(200)
    expect(await hook('post-rollout')).toBe(200)
    const { body } = await request(b.url).get('/v1/runs').auth('flagger', token)
    expect(body.runs).toMatchObject([{ open: false, ending: 'ended', gates: 3 }])
    const { body: timeline } = await request(a.url).get(`/v1/runs/${body.runs[0].id}`).auth('flagger', token)
    expect(timeline.steps).toMatchObject(weights.map((weight, index) => ({ index, weight })))
  })

  test('roll back a bad canary, each knowing what the other saw', async () => {
    const { a, b } = await replicas('bad', {
      fixture: 'errors-x10',
      policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
    })
    await using _a = a
    await using _b = b
    for (const type of ['pre-rollout', 'confirm-traffic-increase'] as const) await a.hook(type)
    expect((await b.hook('confirm-traffic-increase')).text).toBe('the first step may begin')
    await a.until('rollout', 412)
    b.clock.ms = a.clock.ms
    b.source.fault = 'down'
    expect((await b.hook('rollback')).status).toBe(200)
    expect((await b.hook('rollout')).status).toBe(412)
    await b.hook('post-rollout')
    expect((await a.hook('rollback')).text).toBe('no rollback: no run is open for shop/web')
  })
})
