import { restartCounts } from '../../counts/pod-counts.ts'
import { hasSamples } from '../../counts/slices.ts'
import { limitEvidence } from '../../evidence/absolute.ts'
import { armTotals } from '../../evidence/count-numbers.ts'
import { makeCountSeries } from '../../evidence/count-series.ts'
import type { MetricContext, MetricEvidence, MetricNumbers } from '../../evidence/metric-evidence.ts'
import { badSampleNotes } from '../../evidence/notes.ts'
import type { RestartsPolicy } from '../../model/policy.ts'
import type { RestartsData } from '../../model/recording.ts'
import { valueAt } from '../../model/value-at.ts'
import type { ArmNumbers } from '../../model/verdict.ts'
import { count } from '../../model/words.ts'

/** Only a pod that restarts at least once in 50 minutes restarts "again and again". */
const USUAL_PER_MINUTE = 0.02
/** The smallest effect worth finding: twice as often as stable. */
const MDE = 2
/**
 * The odds for harm at which a step waits. In a usual step, two restarts of a single pod reach them and one does not.
 */
const LOG_SIGN = Math.log(2)

/**
 * Counts the minutes in which a pod restarted. Harm is shown when they are more than usual and also more than stable's
 * at the same time, so that the failure of something both arms depend on does not count against the canary.
 */
export function restartsEvidence(
  metric: RestartsPolicy,
  data: RestartsData,
  { window, pods, sliceSeconds, memory }: MetricContext,
): MetricEvidence {
  const table = restartCounts(data, pods)
  const series = makeCountSeries({ pods: table.pods, window, tau: 0, lessIsWorse: false, memory })
  const usual = Math.min((USUAL_PER_MINUTE * sliceSeconds) / 60, 0.5)
  const harm = limitEvidence(series, usual, MDE, window.plan, metric.tolerance)
  const { canary, stable } = series.arms
  const numbers = (t: number): MetricNumbers => ({
    canary: withoutShare(armTotals(canary, t)),
    stable: withoutShare(armTotals(stable, t)),
  })
  return {
    policy: metric,
    judgeableFrom: 0,
    harm,
    rules: [],
    pass: () => undefined,
    harmP: () => undefined,
    passP: () => undefined,
    canaryCounts: canary.pods,
    stableCounts: stable.pods,
    hasCanary: hasSamples(table.pods, 'canary', window),
    hasStable: hasSamples(table.pods, 'stable', window),
    notes: badSampleNotes(metric.name, table.bad),
    numbers,
    minutesToPass: () => undefined,
    minutesToFail: () => undefined,
    holds: (t) => {
      if (valueAt(harm, t) < LOG_SIGN) return undefined
      const { canary: own, stable: other } = numbers(t)
      return `${metric.name}: ${restartsOf('canary', own)}, ${restartsOf('stable', other)}`
    },
  }
}

/** Leaves out the number of minutes, which a reader would take for a number of requests. */
function withoutShare({ events, pods }: ArmNumbers): ArmNumbers {
  return { ...(events !== undefined && { events }), ...(pods !== undefined && { pods }) }
}

/** "4 restarts of 1 canary pod" */
export function restartsOf(arm: string, { events = 0, pods = 0 }: ArmNumbers): string {
  return `${count(events)} ${events === 1 ? 'restart' : 'restarts'} of ${count(pods)} ${arm} ${pods === 1 ? 'pod' : 'pods'}`
}
