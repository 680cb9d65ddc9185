import { absoluteMarginEvidence, crashEvidence, ERROR_TAU, limitEvidence } from '../evidence/absolute.ts'
import { armTotals, countNumbers, inverse, minutesUntil } from '../evidence/count-numbers.ts'
import { constantNull, type CountTests, countTests, halfAndHalf } from '../evidence/count-tests.ts'
import { dropMargin, dropToRatio, ratioMargin, marginFactor } from '../model/margins.ts'
import { memoized } from '../model/memoized.ts'
import type { AbsoluteRule, MetricEvidence } from '../evidence/metric-evidence.ts'
import { countNotes, gateMayFail } from '../evidence/notes.ts'
import { conversionCounts, type CountTable, errorCounts } from '../counts/pod-counts.ts'
import type { ConversionPolicy, ErrorsPolicy, Policy } from '../model/policy.ts'
import type { ConversionData, ErrorsData, Pod } from '../model/recording.ts'
import { type Arms, type SliceWindow, sliceArms } from '../counts/slices.ts'
import type { CountSeries } from '../evidence/count-series.ts'

export interface MetricContext {
  readonly policy: Policy
  readonly pods: readonly Pod[]
  readonly window: SliceWindow
  readonly sliceSeconds: number
}

/** What spreading the bets over several alternatives costs, in ln e. */
const MIXTURE_COST = 1.4
const CONVERSION_TAU = 0.01
/** A burst is more than this many times what a pod's neighbours suggest. */
const LEAST_ERROR_CAP = 3

export function errorsEvidence(
  metric: ErrorsPolicy,
  data: ErrorsData,
  context: MetricContext,
): MetricEvidence {
  const { window, policy } = context
  const table = errorCounts(data, context.pods)
  const tests = countTests({
    pods: table.pods,
    window,
    tau: ERROR_TAU,
    mde: metric.mde,
    leastCap: LEAST_ERROR_CAP,
  })
  const slices = window.plan.slices
  const basics = countBasics(metric.name, table, tests.plain, window)
  const common = evidenceFromTests(tests, context, constantNull(slices, metric.tolerance), (next) =>
    constantNull(slices, ratioMargin(metric, marginFactor(policy, next)) ?? 1),
  )
  const limits: AbsoluteRule[] = [crashRule(basics.traffic, tests.plain, metric, window)]
  if (metric.limit !== undefined) {
    const harm = limitEvidence(tests.plain, metric.limit, metric.mde, window.plan)
    limits.push({ rule: 'limit', harm, numbers: (t) => common.numbers(t) })
  }
  return {
    policy: metric,
    ...basics,
    ...common,
    rules: limits,
    pass: memoized((next) => {
      const times = marginFactor(policy, next)
      const relative = tests.pass(constantNull(slices, ratioMargin(metric, times) ?? 1))
      return halfAndHalf(relative, absoluteMarginEvidence(tests.plain, metric.absoluteMargin * times))
    }),
  }
}

export function conversionEvidence(
  metric: ConversionPolicy,
  data: ConversionData,
  context: MetricContext,
): MetricEvidence {
  const window = { ...context.window, warmup: Math.min(context.window.warmup, 1) }
  const table = conversionCounts(data, context.pods)
  const tests = countTests({
    pods: table.pods,
    window,
    tau: CONVERSION_TAU,
    mde: metric.mde,
    lessIsWorse: true,
  })
  const slices = window.plan.slices
  const nullAt = (next: number): Float64Array =>
    constantNull(slices, dropToRatio(dropMargin(metric, marginFactor(context.policy, next))))
  const common = evidenceFromTests(
    tests,
    context,
    constantNull(slices, dropToRatio(metric.tolerance)),
    nullAt,
  )
  return {
    policy: metric,
    ...countBasics(metric.name, table, tests.plain, window),
    ...common,
    rules: [],
    pass: memoized((next) => tests.pass(nullAt(next))),
    numbers: (t) => {
      const numbers = common.numbers(t)
      return numbers.ratio === undefined ? numbers : { ...numbers, ratio: inverse(numbers.ratio) }
    },
  }
}

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

function crashRule(
  traffic: Arms,
  stream: CountSeries,
  metric: ErrorsPolicy,
  window: SliceWindow,
): AbsoluteRule {
  return {
    rule: 'crash',
    harm: crashEvidence(traffic, window.plan, stream, metric.mde),
    numbers: (t) => ({ canary: armTotals(traffic.canary, t), stable: armTotals(traffic.stable, t) }),
  }
}
