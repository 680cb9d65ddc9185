import { countNumbers, minutesUntil } from './count-numbers.ts'
import type { CountSeries } from './count-series.ts'
import type { CountTests } from './count-tests.ts'
import type { MetricContext, MetricEvidence } from './metric-evidence.ts'
import { countNotes, gateMayFail } from './notes.ts'
import type { CountTable } from '../counts/pod-counts.ts'
import { type Arms, type SliceWindow, sliceArms } from '../counts/slices.ts'
import { memoized } from '../model/memoized.ts'

/** What spreading the bets over several alternatives costs, in ln e. */
const MIXTURE_COST = 1.4

type CountBasics = Pick<
  MetricEvidence,
  'judgeableFrom' | 'canaryCounts' | 'stableCounts' | 'hasCanary' | 'hasStable' | 'notes'
> & {
  readonly traffic: Arms
}

/** What a metric of counts says of itself, whatever its kind. */
export function countBasics(
  name: string,
  table: CountTable,
  stream: CountSeries,
  window: SliceWindow,
): CountBasics {
  const has = (arm: 'canary' | 'stable'): boolean =>
    table.pods.some((pod) => pod.arm === arm && pod.lastSample >= window.start)
  return {
    judgeableFrom: 0,
    canaryCounts: stream.arms.canary.pods,
    stableCounts: stream.arms.stable.pods,
    hasCanary: has('canary'),
    hasStable: has('stable'),
    notes: countNotes(name, table, stream),
    traffic: sliceArms(table.pods, { ...window, warmup: 0 }),
  }
}

/** Harm, gates and passing of counts under a null for each slice. */
export function evidenceFromTests(
  tests: CountTests,
  context: MetricContext,
  tolerance: Float64Array,
  marginNull: (next: number) => Float64Array,
): Pick<MetricEvidence, 'harm' | 'harmP' | 'passP' | 'numbers' | 'minutesToPass' | 'minutesToFail'> {
  const gate = tests.test(tolerance)
  const mayFail = gateMayFail(tests.plain.dispersion)
  const nullOf = memoized(marginNull)
  const testOf = memoized((next: number) => tests.test(nullOf(next)))
  const passOf = memoized((next: number) => tests.pass(nullOf(next)))
  const harm = tests.harm(tolerance)
  const numbers = memoized((t: number) => countNumbers(tests.plain, t))
  return {
    harm,
    numbers,
    harmP: (t) => (mayFail ? gate.harmP(t) : undefined),
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
