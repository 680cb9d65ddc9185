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

/** No look waits longer than this; who is asked to come later than that need not wait for his deadline. */
const LONGEST_WAIT_MS = 8000

/** Tries again what may work a moment later, each time after a longer and random wait, inside the deadline. */
export async function retrying<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  let before: unknown
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      // an error tells more than the deadline that came while it was tried again
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
