import { type Ended, type Readings, valueText } from './ended.ts'
import type { Predicate } from './argo-predicate.ts'

/** A metric of an AnalysisTemplate; times in seconds. */
export interface ArgoMetric {
  readonly name: string
  readonly success?: ArgoCondition
  readonly failure?: ArgoCondition
  readonly initialDelay: number
  /** Absent = it is measured once. */
  readonly interval?: number
  /** Absent = until the rollout ends, or once without an interval. */
  readonly count?: number
  /** Below 0 = no limit. */
  readonly failureLimit: number
  readonly inconclusiveLimit: number
  readonly consecutiveErrorLimit: number
  /** 0 = none. */
  readonly consecutiveSuccessLimit: number
}

export interface ArgoCondition {
  readonly text: string
  readonly test: Predicate
}

type Phase = 'successful' | 'failed' | 'inconclusive' | 'error'

/** After an Error Argo measures again after this time, whatever the interval. */
export const retrySeconds = 10

interface Counts {
  readonly failed: number
  readonly inconclusive: number
  readonly errorsInARow: number
  readonly successesInARow: number
  /** Errors do not count. */
  readonly measured: number
}

const nothing: Counts = { failed: 0, inconclusive: 0, errorsInARow: 0, successesInARow: 0, measured: 0 }

/** Measures a metric as an AnalysisRun of Argo 1.9 does; undefined = it let the rollout go on to its end. */
export function argoRun(metric: ArgoMetric, readings: Readings, seconds: number): Ended | undefined {
  const { initialDelay, interval = Infinity, count = metric.interval === undefined ? 1 : Infinity } = metric
  let counts = nothing
  let at = initialDelay
  while (at <= seconds) {
    const values = readings(at)
    const phase = phaseOf(metric, values)
    counts = counted(counts, phase)
    const limit = exceeded(metric, counts)
    if (limit !== undefined) {
      const [outcome, why] = limit
      return { outcome, at, why: `${metric.name}: ${why}; ${lastText(metric, phase, values)}` }
    }
    const { consecutiveSuccessLimit: wanted } = metric
    if (wanted > 0 && counts.successesInARow >= wanted) return undefined
    if (counts.measured >= count) return wanted > 0 ? tooFew(metric, at) : undefined
    at += phase === 'error' ? retrySeconds : interval
  }
  return undefined
}

function phaseOf({ success, failure }: ArgoMetric, values: readonly number[]): Phase {
  const succeeds = success?.test(values)
  const fails = failure?.test(values)
  if ((success && succeeds === undefined) || (failure && fails === undefined)) return 'error'
  if (fails === true || (failure === undefined && succeeds === false)) return 'failed'
  return succeeds === false ? 'inconclusive' : 'successful'
}

function counted(counts: Counts, phase: Phase): Counts {
  return {
    failed: counts.failed + (phase === 'failed' ? 1 : 0),
    inconclusive: counts.inconclusive + (phase === 'inconclusive' ? 1 : 0),
    errorsInARow: phase === 'error' ? counts.errorsInARow + 1 : 0,
    successesInARow: phase === 'successful' ? counts.successesInARow + 1 : 0,
    measured: counts.measured + (phase === 'error' ? 0 : 1),
  }
}

/** The last of these that applies wins, as in Argo. */
function exceeded(
  { failureLimit, inconclusiveLimit, consecutiveErrorLimit }: ArgoMetric,
  { failed, inconclusive, errorsInARow }: Counts,
): readonly [Ended['outcome'], string] | undefined {
  if (errorsInARow > consecutiveErrorLimit)
    return [
      'aborted',
      `${errorsInARow} errors in a row, more than consecutiveErrorLimit ${consecutiveErrorLimit}`,
    ]
  if (inconclusive > inconclusiveLimit)
    return ['paused', `inconclusive ${inconclusive}, more than inconclusiveLimit ${inconclusiveLimit}`]
  if (failureLimit >= 0 && failed > failureLimit)
    return ['aborted', `failed ${failed}, more than failureLimit ${failureLimit}`]
  return undefined
}

function lastText(metric: ArgoMetric, phase: Phase, values: readonly number[]): string {
  if (phase === 'error') return 'Prometheus had no data'
  const value = values.length === 0 ? 'no data' : values.map(valueText).join(', ')
  const { success, failure } = metric
  const isFailure = phase === 'failed' && failure !== undefined
  const asked = isFailure ? `failureCondition ${failure.text}` : `successCondition ${success?.text ?? ''}`
  return `result ${value}, ${asked}`
}

/** `count` is reached, and there were never enough successes in a row. */
function tooFew({ name, failureLimit, consecutiveSuccessLimit }: ArgoMetric, at: number): Ended {
  return {
    outcome: failureLimit >= 0 ? 'paused' : 'aborted',
    at,
    why: `${name}: never ${consecutiveSuccessLimit} successes in a row, which is consecutiveSuccessLimit`,
  }
}
