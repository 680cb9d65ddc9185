import { setTimeout as wait } from 'node:timers/promises'
import { SourceError } from './source-error.ts'

export interface RetryOptions {
  readonly attempts: number
  readonly firstDelayMs: number
  /** The deadline: nothing is tried or waited for after it. */
  readonly signal: AbortSignal
  /** 0 to 1. */
  readonly random: () => number
}

/** No look waits longer than this. A look that is asked to come back later ends at once. */
const LONGEST_WAIT_MS = 8000

/** Repeats a query that may work a moment later. Each wait is longer than the one before, random, and within the deadline. */
export async function retrying<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  let before: unknown
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      // the error says more than the deadline that passed while the query was repeated
      if (before !== undefined && options.signal.aborted) throw before
      before = error
      const again = error instanceof SourceError && error.transient && attempt < options.attempts
      if (!again || options.signal.aborted || (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS) throw error
      const longest = options.firstDelayMs * 2 ** (attempt - 1)
      const delay = Math.max(error.retryAfterMs ?? 0, longest * (0.5 + options.random() / 2))
      if (!(await waited(delay, options.signal))) throw error
    }
  }
}

async function waited(delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(delayMs, undefined, { signal })
    return true
  } catch {
    return false
  }
}
