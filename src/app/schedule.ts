import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../judge/ports/ports.ts'

export interface ScheduleOptions {
  readonly what: string
  readonly everyMs: number
  readonly work: (signal: AbortSignal) => Promise<void>
  readonly log: Log
  /** From 0 to 1; spreads the work of replicas that start at the same time. */
  readonly random?: () => number
  /** Resolves after the time, rejects when aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Schedule {
  /** Waits for work under way, and starts no more. */
  close(): Promise<void>
}

/**
 * Does the work again and again, with a random tenth more or less than the interval between; the first time within one
 * interval.
 */
export function schedule(options: ScheduleOptions): Schedule {
  const {
    what,
    everyMs,
    work,
    log,
    random = Math.random,
    sleep = (ms, signal) => pause(ms, undefined, { signal, ref: false }),
  } = options
  const stopped = new AbortController()
  const { signal } = stopped
  const run = async (): Promise<void> => {
    for (let ms = everyMs * random(); !signal.aborted; ms = everyMs * (0.9 + 0.2 * random())) {
      try {
        await sleep(ms, signal)
      } catch {
        return
      }
      try {
        await work(signal)
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error, what }, 'scheduled work failed and is tried again later')
      }
    }
  }
  const running = run()
  return {
    async close() {
      stopped.abort()
      await running
    },
  }
}
