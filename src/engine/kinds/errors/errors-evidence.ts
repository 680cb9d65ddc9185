import { absoluteMarginEvidence, crashEvidence, ERROR_TAU, limitEvidence } from '../../evidence/absolute.ts'
import { countBasics, evidenceFromTests, worstOf } from '../../evidence/count-evidence.ts'
import { doubtOf, usualTolerance } from '../../evidence/doubt.ts'
import { armTotals } from '../../evidence/count-numbers.ts'
import type { CountSeries } from '../../evidence/count-series.ts'
import { constantNull, countTests, halfAndHalf } from '../../evidence/count-tests.ts'
import type { AbsoluteRule, MetricContext, MetricEvidence } from '../../evidence/metric-evidence.ts'
import { errorCounts } from '../../counts/pod-counts.ts'
import type { Arms, SliceWindow } from '../../counts/slices.ts'
import { marginFactor, ratioMargin } from '../../model/margins.ts'
import { memoized } from '../../model/memoized.ts'
import type { ErrorsPolicy } from '../../model/policy.ts'
import type { ErrorsData } from '../../model/recording.ts'

/** More errors than this many times what a pod's neighbours suggest are a burst. */
export const LEAST_ERROR_CAP = 3

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
    memory: context.memory,
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
    doubt: doubtOf(tests, constantNull(slices, Math.max(metric.tolerance / usualTolerance.errors, 1))),
    worst: (next, t, count) => worstOf(tests, context, { next, slices: count }, t),
    pass: memoized((next) => {
      const times = marginFactor(policy, next)
      const relative = tests.pass(constantNull(slices, ratioMargin(metric, times) ?? 1))
      return halfAndHalf(relative, absoluteMarginEvidence(tests.plain, metric.absoluteMargin * times))
    }),
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
