import { AppError } from '../../errors.ts'
import { inTime } from '../../timeout.ts'

/** The time an answer may take; every wait on its way takes from it. */
export interface Deadline {
  leftMs(): number
  /** The work, or a rejection with `timeout` when it takes longer than `ms` or than what is left. */
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
