import { AppError } from '../../errors.ts'
import { inTime } from '../../timeout.ts'

/** The time that an answer may take. Every wait for the answer uses up a part. */
export interface Deadline {
  leftMs(): number
  /**
   * Gives the result of the work, or rejects with `timeout` when it takes longer than `ms` or than the time that is
   * left.
   */
  within<T>(work: Promise<T>, ms?: number): Promise<T>
}

export function startDeadline(totalMs: number): Deadline {
  const end = performance.now() + totalMs
  const leftMs = (): number => Math.max(end - performance.now(), 0)
  return {
    leftMs,
    within(work, atMostMs = Infinity) {
      const ms = Math.min(atMostMs, leftMs())
      return inTime(work, ms, () => {
        throw new AppError('timeout', `no answer within ${Math.round(ms)} ms`)
      })
    },
  }
}
