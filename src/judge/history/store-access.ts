import { AppError } from '../../errors.ts'
import type { VerdictStore } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import { type RunCache, type RunHistory, storedRunHistory, type Within } from './run-history.ts'

/** Reads from the store while it answers, otherwise from this process's memory. */
export interface StoreAccess {
  /**
   * Gives the result of `work` with the history in the store or, while the store is away, with the history in memory.
   * One call may take `callMs`.
   */
  read<T>(
    deadline: Deadline,
    work: (history: RunHistory, within: Within | undefined) => Promise<T>,
    callMs?: number,
  ): Promise<{ readonly value: T; readonly away: boolean }>
}

export interface StoreAccessDeps {
  readonly store: () => VerdictStore
  readonly memory: RunCache
  /**
   * How long one call to the store may take. It may take longer while the store answers other calls, because then it
   * is only busy.
   */
  readonly callMs?: number
  /** After a store has answered no call for that long, it is not called again for this time. */
  readonly restMs?: number
}

/**
 * While the store answers other calls, reading may continue until this part of the deadline is left, which the source
 * and the engine need.
 */
const shareForTheRest = 0.6

export function createStoreAccess(deps: StoreAccessDeps): StoreAccess {
  const { store, memory, callMs: defaultMs = 1000, restMs = 5000 } = deps
  let restUntil = -Infinity
  let answeredAt = -Infinity
  const within = (deadline: Deadline, callMs: number): Within => {
    const leftAtLeast = deadline.leftMs() * shareForTheRest
    return async (call) => {
      const answer = call().then((value) => {
        answeredAt = performance.now()
        return value
      })
      for (;;) {
        const since = performance.now()
        try {
          return await deadline.within(answer, Math.min(callMs, deadline.leftMs() / 2))
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'timeout') throw error
          await nextTurn()
          const alive = answeredAt >= since
          if (alive && deadline.leftMs() > leftAtLeast) continue
          if (!alive) restUntil = performance.now() + restMs
          throw new AppError('store-unavailable', 'the store did not answer in time', { cause: error })
        }
      }
    }
  }
  return {
    async read(deadline, work, callMs = defaultMs) {
      if (performance.now() >= restUntil) {
        const timed = within(deadline, callMs)
        try {
          return { value: await work(storedRunHistory(store(), timed), timed), away: false }
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'store-unavailable') throw error
        }
      }
      return { value: await work(memory, undefined), away: true }
    },
  }
}

/**
 * Node handles answers that arrived while this process was busy before the next turn of its loop, but after the
 * timers.
 */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
