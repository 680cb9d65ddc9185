import { armCounts, quantileOf } from '../arm-counts.ts'
import { firstSlice, untilFailure, type Rule } from './rule.ts'

/**
 * Checks the canary alone every minute: error rate < 1 % and p99 < 500 ms. It aborts when the check has failed
 * `tolerated + 1` times. Argo counts failures against `failureLimit` (tolerated = failureLimit), Flagger against
 * `threshold` (tolerated = threshold − 1); neither forgets a failure.
 */
export function staticThresholds(tolerated: number): Rule {
  return (recording) => {
    const { canary } = armCounts(recording)
    let failures = 0
    const failAt = firstSlice(recording, (slice) => {
      const requests = canary.requests[slice] ?? 0
      const p99 = quantileOf(canary, slice, 0.99)
      if (p99 !== undefined && ((canary.failed[slice] ?? 0) >= 0.01 * requests || p99 >= 0.5)) failures++
      return failures > tolerated
    })
    return untilFailure(recording, failAt)
  }
}
