import type { RunEvidence } from './gather.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { ArmSlices } from '../counts/slices.ts'

const RATE = 0.1
const RECENT = 3
/** The same under rules by which a step may pass as soon as an outage is over. */
const LATEST = 1
const LEAST_FAILURES = 5

/**
 * By slice, 1 where both arms fail more than a tenth of their latest requests: then being no worse than stable is not
 * good enough.
 */
export function bothArmsFailing(run: RunEvidence): Float64Array {
  const failing = new Float64Array(run.plan.slices)
  const slices = run.policy.pass === 'strict' ? RECENT : LATEST
  for (const metric of run.metrics) {
    const countsFailures = kindOf(metric.policy).absoluteRules(metric.policy).includes('crash')
    const arms = countsFailures && !metric.policy.watch ? metric.traffic : undefined
    if (arms === undefined) continue
    for (let t = 0; t < failing.length; t++) {
      if (isFailing(arms.canary, t, slices) && isFailing(arms.stable, t, slices)) failing[t] = 1
    }
  }
  return failing
}

function isFailing(arm: ArmSlices, t: number, slices: number): boolean {
  let [events, requests] = [0, 0]
  for (let k = Math.max(t - slices + 1, 0); k <= t; k++) {
    events += arm.events[k] ?? 0
    requests += arm.requests[k] ?? 0
  }
  return events >= LEAST_FAILURES && events > RATE * requests
}
