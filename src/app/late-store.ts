import { AppError } from '../errors.ts'
import type { Log, VerdictStore } from '../judge/ports/ports.ts'
import { inTime } from '../timeout.ts'
import type { Health } from '../telemetry/health.ts'

export interface LateStore {
  /** The open store; throws `store-unavailable` while there is none. */
  readonly store: () => VerdictStore
  readonly open: () => Promise<void>
  /** Finds out whether the store works, and reports it to `health`. */
  readonly check: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface StoreHolderOptions {
  readonly openStore: () => Promise<VerdictStore>
  readonly health: Health
  readonly log: Log
  /** What stands between the store and those who use it. */
  readonly wrap?: (store: VerdictStore) => VerdictStore
}

const pingTimeoutMs = 1000
const away = 'the store does not answer; judging goes on without history'

export function createLateStore({
  openStore,
  health,
  log,
  wrap = (store) => store,
}: StoreHolderOptions): LateStore {
  let store: VerdictStore | undefined
  let pinging: Promise<void> | undefined
  let closed = false

  const ping = async (opened: VerdictStore): Promise<void> => {
    try {
      await inTime(opened.ping(), pingTimeoutMs, () => {
        throw new Error(`no answer within ${pingTimeoutMs} ms`)
      })
      health.ok('store')
    } catch (error) {
      health.degraded('store', away)
      log.debug({ err: error }, 'the store does not answer')
    } finally {
      pinging = undefined
    }
  }
  const check = async (): Promise<void> => {
    // many probes may come at once, and one ping answers all of them
    if (store !== undefined) await (pinging ??= ping(store))
  }
  return {
    store() {
      if (store !== undefined && !closed) return wrap(store)
      throw new AppError('store-unavailable', 'the store is not open', { retryAfter: 1 })
    },
    async open() {
      store = await openStore()
      // the service was stopped first
      if (closed) await store.close()
      else await check()
    },
    check,
    async close() {
      closed = true
      await pinging
      await store?.close()
    },
  }
}
