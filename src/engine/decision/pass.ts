import { heldBy } from './held.ts'
import { losesTraffic } from './lost-traffic.ts'
import { lacksRequired, requiredMetrics } from './required-metrics.ts'
import type { Moment } from './rules/moment.ts'
import { hasNoSignOfHarm } from './rules/pass-no-sign-of-harm.ts'
import { passWithinMargin } from './rules/pass-within-margin.ts'
import { stepOf } from './step-of.ts'
import { sawAny } from '../model/saw-any.ts'

/**
 * Why a step passed: it was shown to be within its margins, it ended without a sign of harm, or it ended without a
 * fail.
 */
export type PassCause = 'shown' | 'no-sign' | 'no-fail'

/** Whether every required metric is shown to be within its margin at this look. */
export function showsMargin(moment: Moment): boolean {
  const { run, step, mature } = moment
  // before the first declared step there is no step that could pass
  if (run.plan.gates > 0 && step === undefined) return false
  if (mature === 0 || mature * run.recording.sliceSeconds < run.policy.soakSeconds) return false
  return !lacksRequired(run) && passWithinMargin(moment) && isComparable(moment)
}

/**
 * Why the step passes at this look; undefined where it does not. `shown`: it has been shown to be within its margins.
 */
export function passCause(moment: Moment, shown: boolean): PassCause | undefined {
  const { run, t, mature } = moment
  const step = stepOf(run, moment.step)
  if (run.metrics.some((metric) => heldBy(metric, t) !== undefined)) return undefined
  const { pass } = run.policy
  const isOver = step !== undefined && t >= step.ends - 1
  // a step that ends early would miss harm that needs time
  if (shown && (isOver || pass !== 'balanced' || run.plan.gates === 0)) return 'shown'
  if (pass === 'strict' || !isOver || mature === 0 || !canCompare(moment)) return undefined
  if (pass === 'fast') return 'no-fail'
  return hasNoSignOfHarm(moment, step) ? 'no-sign' : undefined
}

/** Whether every required metric has something to be compared with. */
function canCompare(moment: Moment): boolean {
  const { run, t } = moment
  if (lacksRequired(run) || !isComparable(moment)) return false
  const required = requiredMetrics(run)
  return (
    required.length > 0 &&
    required.every(({ judgeableFrom, stableCounts }) => judgeableFrom <= t && sawAny(stableCounts, t))
  )
}

/** False where stable has no traffic left, and where much of the canary's traffic is counted nowhere. */
function isComparable(moment: Moment): boolean {
  return !lacksControl(moment) && !losesTraffic(moment.run, moment.t)
}

/** Whether all traffic is on the canary, so that stable has none in this step. */
export function lacksControl({ run, step, t }: Moment): boolean {
  if (step === undefined || step.weight < 100) return false
  return !run.metrics.some(({ traffic }) =>
    traffic?.stable.requests.subarray(step.from, t + 1).some((requests) => requests > 0),
  )
}
