import type { Config } from './config/config.ts'
import { closeQuietRuns } from '../judge/judge.ts'
import type { Clock, Log, MetricSource, PolicyLibrary } from '../judge/ports/ports.ts'
import type { Courier } from '../notify/courier.ts'
import { type Schedule, schedule } from './schedule.ts'
import type { LateStore } from './late-store.ts'

export interface MaintenanceDeps {
  readonly current: () => Config
  readonly stores: LateStore
  readonly source: () => MetricSource | undefined
  readonly policies: PolicyLibrary
  readonly clock: Clock
  readonly courier: Pick<Courier, 'wake'>
  readonly log: Log
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

const pruneEveryMs = 3600_000
const closeEveryMs = 10 * 60_000
/** For messages that another replica has left, and those that are to be tried again. */
const deliverEveryMs = 5000

/** What the service does by itself at intervals: it deletes old data, and closes runs that are over. */
export function startMaintenance(deps: MaintenanceDeps): Schedule {
  const { current, stores, source, policies, clock, courier, log, sleep } = deps
  const often = { log, ...(sleep !== undefined && { sleep }) }
  const schedules = [
    schedule({
      ...often,
      what: 'deleting old history',
      everyMs: pruneEveryMs,
      async work(signal) {
        const gone = await stores.store().prune(clock.now(), current().retention, signal)
        log.debug({ gone }, 'old history deleted')
      },
    }),
    schedule({
      ...often,
      what: 'closing quiet runs',
      everyMs: closeEveryMs,
      async work(signal) {
        const store = stores.store()
        const closed = await closeQuietRuns({ store, source: source(), policies, now: clock.now(), signal })
        if (closed > 0) log.info({ closed }, 'runs without looks and data are closed')
      },
    }),
    schedule({
      ...often,
      what: 'delivering messages',
      everyMs: deliverEveryMs,
      work: async () => courier.wake(),
    }),
  ]
  return {
    async close() {
      await Promise.all(schedules.map((each) => each.close()))
    },
  }
}
