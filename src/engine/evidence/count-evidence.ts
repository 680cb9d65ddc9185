import { countNumbers, minutesUntil, phiNow } from './count-numbers.ts'
import type { CountSeries } from './count-series.ts'
import type { CountTests } from './count-tests.ts'
import type { MetricContext, MetricEvidence, WorstCase } from './metric-evidence.ts'
import { assumedNoise, countNotes, gateMayFail } from './notes.ts'
import { carefulGate } from './doubt.ts'
import { worstCase } from './worst-case.ts'
import { canaryTime } from '../counts/canary-time.ts'
import type { CountTable } from '../counts/pod-counts.ts'
import { type Arms, hasSamples, type SliceWindow, sliceArms } from '../counts/slices.ts'
import { memoized } from '../model/memoized.ts'

/** What a mixture over several alternatives costs, in ln e. */
const MIXTURE_COST = 1.4

type CountBasics = Pick<
  MetricEvidence,
  | 'judgeableFrom'
  | 'canaryCounts'
  | 'canaryTime'
  | 'stableCounts'
  | 'hasCanary'
  | 'hasStable'
  | 'notes'
  | 'assumed'
> & {
  readonly traffic: Arms
}

/** What all metrics of counts have in common, whatever their kind. */
export function countBasics(
  name: string,
  table: CountTable,
  stream: CountSeries,
  window: SliceWindow,
): CountBasics {
  return {
    judgeableFrom: 0,
    canaryCounts: stream.arms.canary.pods,
    stableCounts: stream.arms.stable.pods,
    hasCanary: hasSamples(table.pods, 'canary', window),
    hasStable: hasSamples(table.pods, 'stable', window),
    notes: countNotes(name, table, stream),
    ...assumedNoise(stream.dispersion),
    ...(window.learnsOn === true ? { canaryTime: canaryTime(table.pods, window) } : {}),
    traffic: sliceArms(table.pods, { ...window, warmup: 0 }),
  }
}

/** What the next step may cost at worst. Bursts are capped, as in all evidence for a pass. */
export function worstOf(
  tests: CountTests,
  { sliceSeconds }: MetricContext,
  step: { readonly next: number; readonly slices: number },
  t: number,
): WorstCase | undefined {
  const series = tests.capped ?? tests.plain
  return worstCase(series, phiNow(series, t), { ...step, sliceSeconds }, t)
}

/** The evidence of harm, at gates and for a pass, of counts under a null hypothesis for each slice. */
export function evidenceFromTests(
  tests: CountTests,
  context: MetricContext,
  tolerance: Float64Array,
  marginNull: (next: number) => Float64Array,
): Pick<MetricEvidence, 'harm' | 'harmP' | 'passP' | 'numbers' | 'minutesToPass' | 'minutesToFail'> {
  const learnsOn = context.window.learnsOn === true
  const plainGate = tests.test(tolerance)
  const gate = learnsOn ? carefulGate(tests, tolerance) : (t: number) => plainGate.harmP(t)
  const mayFail = gateMayFail(tests.plain.dispersion, learnsOn)
  const nullOf = memoized(marginNull)
  const testOf = memoized((next: number) => tests.test(nullOf(next)))
  const passOf = memoized((next: number) => tests.pass(nullOf(next)))
  const harm = tests.harm(tolerance)
  const numbers = memoized((t: number) => countNumbers(tests.plain, t))
  return {
    harm,
    numbers,
    harmP: (t) => (mayFail ? gate(t) : undefined),
    passP: (next, t) => testOf(next).goodP(t),
    minutesToPass: (next, t, beta) => {
      const wanting = -Math.log(beta) - Math.max(passOf(next)[t] ?? 0, 0)
      return minutesUntil(tests, { theta: 1, theta0: nullOf(next)[t] ?? 1 }, t, wanting, context.sliceSeconds)
    },
    minutesToFail: (t, logThreshold) => {
      const theta = numbers(t).ratio?.estimate ?? 1
      const theta0 = tolerance[t] ?? 1
      if (theta <= theta0) return undefined
      const wanting = logThreshold + MIXTURE_COST - Math.max(harm[t] ?? 0, 0)
      return minutesUntil(tests, { theta, theta0 }, t, wanting, context.sliceSeconds)
    },
  }
}
