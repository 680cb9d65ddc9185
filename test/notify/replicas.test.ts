import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../src/app/config/config.ts'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog } from '../contract/rows.ts'
import { startStandIn } from '../support/stand-ins/message-stand-in.ts'
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

    test('tell each event once, though both see it at the same moment', async () => {
      await using chat = await startStandIn()
      const url = (await server?.createDatabase('messages')) ?? ''
      const clock = { now: () => rolloutStart }
      const change = (config: Config): Config => ({
        ...config,
        notify: {
          targets: { chat: { type: 'webhook', url: { reveal: () => chat.url } } },
          routes: [{ targets: ['chat'] }],
          templates: {},
        },
      })
      const start = () =>
        runJudge({
          fixture: 'errors-x10',
          change,
          overrides: { openStore: () => openStore({ url, clock, log: silentLog }) },
        })
      await using one = await start()
      await using other = await start()
      const names = Array.from({ length: 4 }, (_, index) => `web-${index}`)
      // The times are close together, so that no message that is being sent looks abandoned.
      for (const minutes of [8, 8.2, 8.4]) {
        one.clock.ms = rolloutStart + minutes * minute
        other.clock.ms = one.clock.ms
        const looks = names.flatMap((name) => [one.judge({ name }), other.judge({ name })])
        for (const { status } of await Promise.all(looks)) expect(status).toBe(200)
      }
      await chat.count(2 * names.length)
      await one.app.stop()
      await other.app.stop()
      const told = chat.received.map(({ body }) => {
        const { type, subject }: { type: string; subject: string } = JSON.parse(body)
        return `${type} ${subject}`
      })
      const expected = names.flatMap((name) =>
        ['began', 'fail'].map((kind) => `canary-judge.rollout.${kind} shop/${name}`),
      )
      expect(told.toSorted()).toEqual(expected.toSorted())
    })
  },
)
