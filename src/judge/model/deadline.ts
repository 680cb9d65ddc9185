import { AppError } from '../../errors.ts'

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
    within: (work, ms = Infinity) => within(work, Math.min(ms, leftMs())),
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new AppError('timeout', `no answer within ${Math.round(ms)} ms`)), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
