import { valueAt } from '../model/value-at.ts'
import { FEW_EVENTS } from './score-test.ts'
import type { CountTests } from './count-tests.ts'

/**
 * Up to this tolerance, signs of harm begin where the canary is worse than stable. A wider tolerance means that the
 * author expects a worse canary, and signs of harm begin beyond it.
 */
export const usualTolerance = { errors: 1, latency: 1.02, conversion: 0.01 } as const

/**
 * The evidence of being worse. While failures are few, it is at most the evidence in which failures that come together
 * count once.
 */
export function doubtOf(tests: CountTests, theta0: Float64Array): Float64Array {
  const { once } = tests
  const whole = tests.harm(theta0)
  if (once === undefined) return whole
  const careful = once.harm(theta0)
  return whole.map((log, t) =>
    valueAt(once.events, t) < FEW_EVENTS ? Math.min(log, valueAt(careful, t)) : log,
  )
}

/** The p-value of harm at a gate; while failures are few, with those that come together counted once. */
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
