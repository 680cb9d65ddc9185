import { valueAt } from '../model/value-at.ts'
import { FEW_EVENTS } from './score-test.ts'
import type { CountTests } from './count-tests.ts'

/**
 * A tolerance up to here is for what nobody minds; a wider one says what is expected of the canary, and signs of harm
 * begin beyond it.
 */
export const usualTolerance = { errors: 1, latency: 1.02, conversion: 0.01 } as const

/** Evidence of being worse; while failures are few, not more of it than when those that come together count once. */
export function doubtOf(tests: CountTests, theta0: Float64Array): Float64Array {
  const { once } = tests
  const whole = tests.harm(theta0)
  if (once === undefined) return whole
  const careful = once.harm(theta0)
  return whole.map((log, t) =>
    valueAt(once.events, t) < FEW_EVENTS ? Math.min(log, valueAt(careful, t)) : log,
  )
}

/** A gate's p-value of harm with the same care. */
export function carefulGate(tests: CountTests, theta0: Float64Array): (t: number) => number | undefined {
  const { once } = tests
  const whole = tests.test(theta0)
  const careful = once?.test(theta0)
  return (t) => {
    const p = whole.harmP(t)
    if (p === undefined || once === undefined || valueAt(once.events, t) >= FEW_EVENTS) return p
    return Math.max(p, careful?.harmP(t) ?? 1)
  }
}
