import { countBasics, evidenceFromTests } from '../../evidence/count-evidence.ts'
import { usualTolerance } from '../../evidence/doubt.ts'
import { inverse } from '../../evidence/count-numbers.ts'
import { constantNull, countTests } from '../../evidence/count-tests.ts'
import type { MetricContext, MetricEvidence } from '../../evidence/metric-evidence.ts'
import { conversionCounts } from '../../counts/pod-counts.ts'
import { dropMargin, dropToRatio, marginFactor } from '../../model/margins.ts'
import { memoized } from '../../model/memoized.ts'
import type { ConversionPolicy } from '../../model/policy.ts'
import type { ConversionData } from '../../model/recording.ts'

/** Standard deviation of a lasting difference in conversion that no history shows. */
export const CONVERSION_TAU = 0.01

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
    memory: context.memory,
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
    doubt: tests.harm(
      constantNull(
        slices,
        Math.max(dropToRatio(metric.tolerance) / dropToRatio(usualTolerance.conversion), 1),
      ),
    ),
    pass: memoized((next) => tests.pass(nullAt(next))),
    numbers: (t) => {
      const numbers = common.numbers(t)
      return numbers.ratio === undefined ? numbers : { ...numbers, ratio: inverse(numbers.ratio) }
    },
  }
}
