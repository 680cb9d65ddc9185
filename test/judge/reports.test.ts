import { expect, test } from 'vitest'
import type { Notifier } from '../../src/judge/ports/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { silentLog } from '../contract/rows.ts'
import { minute, rolloutStart, runJudge } from '../support/run-judge.ts'

type Event = Parameters<Notifier['notify']>[0]

test('two replicas on one store report a change of the verdict once', async () => {
  const store = await openStore({ url: 'sqlite::memory:', clock: { now: () => 0 }, log: silentLog })
  const events: Event[] = []
  const notifier: Notifier = { notify: (event) => events.push(event), close: async () => undefined }
  const start = () =>
    runJudge({
      fixture: 'errors-x10',
      overrides: { openStore: async () => store, judge: { notifier } },
    })
  await using one = await start()
  await using other = await start()
  for (let look = 1; look < 14; look++) {
    one.clock.ms = rolloutStart + look * minute + 20_000
    other.clock.ms = one.clock.ms
    // The one that asks first takes turns.
    const [first, second] = look % 2 === 0 ? [one, other] : [other, one]
    await first.judge()
    await second.judge()
  }
  const changes = events.filter(({ changed }) => changed).map(({ verdict }) => verdict.verdict)
  expect(changes).toEqual(['inconclusive', 'fail'])
  expect(events.filter(({ changed }) => !changed).length).toBeGreaterThan(10)
})
