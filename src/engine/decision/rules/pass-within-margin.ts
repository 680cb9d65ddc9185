import { type Moment, nextWeight } from './moment.ts'
import { gatePassLevel, passThreshold } from '../error-budget.ts'
import { requiredMetrics } from '../required-metrics.ts'
import type { RunEvidence } from '../gather.ts'
import type { MetricEvidence } from '../../evidence/metric-evidence.ts'
import { sawAny } from '../../model/saw-any.ts'
import { valueAt } from '../../model/value-at.ts'

/** Every required metric is shown to be within the margin of the step. */
export function passWithinMargin({ run, t, step, gate }: Moment): boolean {
  const atGate = gate !== undefined
  const required = requiredMetrics(run)
  const next = nextWeight(step)
  // gauges without a margin show nothing
  if (required.length > 0 && required.every((metric) => metric.pass(next) === undefined)) return false
  return required.every((metric) => metric.judgeableFrom <= t && metricPasses(run, metric, next, t, atGate))
}

/** Whether a metric is shown to be within the margin of the step at this look. */
export function metricPasses(
  run: RunEvidence,
  metric: MetricEvidence,
  next: number,
  t: number,
  atGate: boolean,
): boolean {
  const path = metric.pass(next)
  if (path === undefined) return true
  // a low rate of the canary is not enough where stable has no data to compare with
  if (!sawAny(metric.stableCounts, t)) return false
  if (valueAt(path, t) >= passThreshold(run)) return true
  const p = atGate ? metric.passP(next, t) : undefined
  return p !== undefined && p <= gatePassLevel(run)
}
