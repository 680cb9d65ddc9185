import { AppError } from '../app-error.ts'
import type { Log, VerdictStore } from '../ports.ts'
import type { Health } from '../telemetry/health.ts'

export interface StoreHolder {
  /** The open store; throws `store-unavailable` while there is none. */
  store(): VerdictStore
  /** Opens it; a store that is away is tried again in the background, anything else rejects. */
  open(): Promise<void>
  /** Finds out whether it works, and tells health. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface StoreHolderOptions {
  readonly openStore: () => Promise<VerdictStore>
  readonly health: Health
  readonly log: Log
}

const firstRetryMs = 500
const longestRetryMs = 30_000
const pingTimeoutMs = 1000
const away = 'the store does not answer; judging goes on without history'

export function createStoreHolder({ openStore, health, log }: StoreHolderOptions): StoreHolder {
  let store: VerdictStore | undefined
  let retry: NodeJS.Timeout | undefined
  let pinging: Promise<void> | undefined
  let closed = false

  const open = async (retryMs: number): Promise<void> => {
    try {
      const opened = await openStore()
      if (closed) await opened.close()
      else store = opened
      health.ok('store')
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'store-unavailable') throw error
      health.degraded('store', away)
      log.warn({ err: error, retryMs }, 'the store cannot be opened; trying again')
      if (closed) return
      retry = setTimeout(() => {
        open(Math.min(longestRetryMs, retryMs * 2)).catch((cause: unknown) =>
          log.error({ err: cause }, 'the store cannot be opened'),
        )
      }, retryMs).unref()
    }
  }
  const ping = async (opened: VerdictStore): Promise<void> => {
    try {
      await within(pingTimeoutMs, opened.ping())
      health.ok('store')
    } catch (error) {
      health.degraded('store', away)
      log.debug({ err: error }, 'the store does not answer')
    } finally {
      pinging = undefined
    }
  }
  return {
    store() {
      if (store !== undefined) return store
      throw new AppError('store-unavailable', 'the store is not open yet', { retryAfter: 1 })
    },
    open: () => open(firstRetryMs),
    async check() {
      if (store !== undefined) await (pinging ??= ping(store))
    },
    async close() {
      closed = true
      clearTimeout(retry)
      await store?.close()
    },
  }
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
