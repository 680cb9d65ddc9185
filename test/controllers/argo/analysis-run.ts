import { parseCondition } from './condition.ts'
import type { Metric } from './manifests.ts'
import { measure } from './measure.ts'
import type { MeasureDeps, Measurement, MeasurementPhase } from './measure.ts'

export type AnalysisPhase = MeasurementPhase

export interface AnalysisRun {
  readonly phase: AnalysisPhase
  readonly message: string
  readonly measurements: readonly Measurement[]
}

export interface Counts {
  readonly measured: number
  readonly failed: number
  readonly inconclusive: number
  readonly consecutiveErrors: number
  readonly consecutiveSuccesses: number
}

type Limits = Pick<
  Metric,
  'count' | 'failureLimit' | 'inconclusiveLimit' | 'consecutiveErrorLimit' | 'consecutiveSuccessLimit'
>

const errorRetryMs = 10_000

/** Measures until the limits decide the phase. */
export async function runAnalysis(metric: Metric, deps: MeasureDeps): Promise<AnalysisRun> {
  const limits = { ...metric, count: effectiveCount(metric) }
  const measurements: Measurement[] = []
  let counts: Counts = {
    measured: 0,
    failed: 0,
    inconclusive: 0,
    consecutiveErrors: 0,
    consecutiveSuccesses: 0,
  }
  await deps.clock.wait(metric.initialDelay)
  for (;;) {
    const measurement = await measure(metric, deps)
    measurements.push(measurement)
    counts = counted(counts, measurement.phase)
    const end = assess(limits, counts)
    if (end !== undefined) return { ...end, measurements }
    await deps.clock.wait(measurement.phase === 'Error' ? errorRetryMs : (metric.interval ?? 0))
  }
}

/** Neither interval nor count means one measurement. A metric that could go on for ever is refused. */
function effectiveCount(metric: Metric): number {
  for (const condition of [metric.successCondition, metric.failureCondition])
    if (condition !== undefined) parseCondition(condition)
  const count = metric.count ?? (metric.interval === undefined ? 1 : undefined)
  if (count === undefined) throw new Error(`${metric.name}: an analysis inside a step needs a count`)
  if (count > 1 && metric.interval === undefined)
    throw new Error(`${metric.name}: interval must be specified when count > 1`)
  return count
}

/** Errors do not count as measurements; inconclusive ones do. */
export function counted(before: Counts, phase: MeasurementPhase): Counts {
  if (phase === 'Error')
    return { ...before, consecutiveErrors: before.consecutiveErrors + 1, consecutiveSuccesses: 0 }
  return {
    measured: before.measured + 1,
    failed: before.failed + (phase === 'Failed' ? 1 : 0),
    inconclusive: before.inconclusive + (phase === 'Inconclusive' ? 1 : 0),
    consecutiveErrors: 0,
    consecutiveSuccesses: phase === 'Successful' ? before.consecutiveSuccesses + 1 : 0,
  }
}

/** In Argo's order: of failed, inconclusive and error the last that applies wins; then successes, then the count. */
export function assess(
  limits: Limits,
  counts: Counts,
): { readonly phase: AnalysisPhase; readonly message: string } | undefined {
  const { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit, count } = limits
  const { failed, inconclusive, consecutiveErrors, consecutiveSuccesses, measured } = counts
  if (consecutiveErrors > consecutiveErrorLimit)
    return {
      phase: 'Error',
      message: `consecutiveErrors (${consecutiveErrors}) > consecutiveErrorLimit (${consecutiveErrorLimit})`,
    }
  if (inconclusive > inconclusiveLimit)
    return {
      phase: 'Inconclusive',
      message: `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})`,
    }
  if (failureLimit >= 0 && failed > failureLimit)
    return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failureLimit})` }
  const needsSuccesses = consecutiveSuccessLimit > 0
  if (needsSuccesses && consecutiveSuccesses >= consecutiveSuccessLimit)
    return { phase: 'Successful', message: `consecutiveSuccessLimit (${consecutiveSuccessLimit}) reached` }
  if (count === undefined || measured < count) return undefined
  if (!needsSuccesses) return { phase: 'Successful', message: `count (${count}) reached` }
  const message = `consecutiveSuccessLimit (${consecutiveSuccessLimit}) not reached`
  return { phase: failureLimit >= 0 ? 'Inconclusive' : 'Failed', message }
}
