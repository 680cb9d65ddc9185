import { heldBy } from './held.ts'
import type { Moment } from './rules/moment.ts'
import { passWithinMargin } from './rules/pass-within-margin.ts'

/** The rules that pass a step, asked in this order. A new one is a file in rules/ and an entry here. */
const passRules: readonly ((moment: Moment) => boolean)[] = [passWithinMargin]

/** Whether the step passes at this look. */
export function passes(moment: Moment): boolean {
  return mayPass(moment) && passRules.some((rule) => rule(moment))
}

/** What every rule needs: a step, enough canary traffic past its warm-up, data of each required metric, and no metric that holds. */
function mayPass({ run, t, step, mature }: Moment): boolean {
  // before the first declared step there is nothing that could pass
  if (run.plan.gates > 0 && step === undefined) return false
  if (mature === 0 || mature * run.recording.sliceSeconds < run.policy.soakSeconds) return false
  if (run.metrics.some((metric) => heldBy(metric, t) !== undefined)) return false
  return !run.obstacles.some(({ metric }) => metric.required)
}
