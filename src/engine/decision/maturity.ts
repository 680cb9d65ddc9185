import { valueAt } from '../model/value-at.ts'
import type { RunEvidence } from './gather.ts'
import { kindOf } from '../kinds/kinds.ts'
import { memoized } from '../model/memoized.ts'

/** How many of the slices `from`..`to` had canary traffic past its warm-up, in the metrics known at slice `t`. */
export type Maturity = (from: number, to: number, t: number) => number

/** It uses running sums, so that a long rollout does not count its slices again at every look. */
export function maturity(run: RunEvidence): Maturity {
  const shown = run.metrics
    .filter(({ policy }) => !policy.watch)
    .toSorted((a, b) => a.judgeableFrom - b.judgeableFrom)
  const counted = shown.filter(({ policy }) => kindOf(policy).noun !== undefined)
  // pods without requests have levels too, so gauges count only where the policy has no other metrics
  const judged = counted.length > 0 ? counted : shown
  const runningOf = memoized((known) => {
    const counts = judged.slice(0, known).map(({ canaryCounts, canaryTime }) => canaryTime ?? canaryCounts)
    const running = new Float64Array(run.plan.slices + 1)
    for (let k = 0; k < run.plan.slices; k++) {
      running[k + 1] = valueAt(running, k) + (counts.some((pods) => valueAt(pods, k) > 0) ? 1 : 0)
    }
    return running
  })
  return (from, to, t) => {
    const running = runningOf(judged.filter(({ judgeableFrom }) => judgeableFrom <= t).length)
    return Math.max(valueAt(running, to + 1) - valueAt(running, from), 0)
  }
}
