import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog } from '../contract/rows.ts'
import { postgresMissing, type PostgresServer, startPostgres } from '../support/parts/postgres.ts'
import { minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const missing = postgresMissing()

describe.skipIf(missing !== undefined)(
  `two replicas on PostgreSQL${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    let server: PostgresServer | undefined
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(() => server?.stop())

    const startTwo = async (fixture: string) => {
      const url = (await server?.createDatabase(fixture.replaceAll('-', '_'))) ?? ''
      const clock = { now: () => rolloutStart }
      const start = () =>
        runJudge({ fixture, overrides: { openStore: () => openStore({ url, clock, log: silentLog }) } })
      const replicas = [await start(), await start()] as const
      return {
        replicas,
        at(ms: number): void {
          for (const { clock: own } of replicas) own.ms = ms
        },
        async [Symbol.asyncDispose]() {
          for (const replica of replicas) await replica[Symbol.asyncDispose]()
        },
      }
    }
    const step = { index: 0, of: 3, weight: 5, next: 25, minutes: 5 }

    test('open one run and one step when they are asked at once, and answer the same', async () => {
      await using world = await startTwo('errors-x10')
      for (let look = 0; look < 12; look++) {
        world.at(rolloutStart + look * minute + 20_000)
        const [a, b] = await Promise.all(world.replicas.map((replica) => replica.judge({ step })))
        expect(a?.body).toEqual(b?.body)
        expect(a?.body.kept).toBe(true)
      }
      const [a, b] = world.replicas
      const last = await a.judge({ step })
      expect(last.body.verdict).toBe('fail')
      // The other replica has the same answer.
      b.source.fault = 'down'
      world.at(rolloutStart + 13 * minute)
      const { body } = await b.judge({ step })
      expect(body).toMatchObject({ verdict: 'fail', run: last.body.run })
      expect(body.reasons[0].code).toBe('failed-before')
    })

    test('take decisions made on the other into account at once', async () => {
      await using world = await startTwo('too-little-traffic')
      const [a, b] = world.replicas
      world.at(rolloutStart + 3 * minute)
      expect((await b.judge({ step })).body.verdict).toBe('inconclusive')
      const { body: decision } = await a.decide({ decision: 'approve' })
      const { body } = await b.judge({ step })
      expect(body).toMatchObject({ verdict: 'pass', decisions: [decision], kept: true })
      expect((await a.judge({ step })).body).toEqual(body)
    })

    test('one after the other judge a rollout as one alone would', async () => {
      await using world = await startTwo('latency-x2')
      await using alone = await runJudge({ fixture: 'latency-x2' })
      for (let look = 0; look < 12; look++) {
        const ms = rolloutStart + look * minute + 20_000
        world.at(ms)
        alone.clock.ms = ms
        const replica = world.replicas[look % 2 === 0 ? 0 : 1]
        expect((await replica.judge({ step })).body).toEqual((await alone.judge({ step })).body)
      }
    })
  },
)
