import { latencyEvidence } from './latency-evidence.ts'
import type { Kind } from '../kind.ts'
import { changeRange, mostLeft, requestsVsStable, upTo } from '../words-of-arms.ts'
import type { MetricNumbers } from '../../evidence/metric-evidence.ts'
import { ratioMargin } from '../../model/margins.ts'
import type { LatencyPolicy } from '../../model/policy.ts'
import type { LatencyData } from '../../model/recording.ts'
import type { Interval } from '../../model/verdict.ts'
import { percent, seconds } from '../../model/words.ts'

/** A quantile of response times. */
export const latency = {
  defaults: { required: true, tolerance: 1.02, margin: 1.1, mde: 1.25, quantile: 0.95 },
  noWorse: 1,
  evidenceShare: 0.3,
  gateShare: 0.2,
  noun: 'request',
  evidence: latencyEvidence,
  absoluteRules: ({ limit }) => (limit === undefined ? [] : ['limit']),
  margin: ratioMargin,
  worse: ({ name, tolerance }, numbers) =>
    `${name}${slower(numbers.ratio, tolerance)}: ${overBound(numbers)}`,
  overLimit: ({ name, limit = 0 }, numbers) =>
    `${name} over its limit of ${seconds(limit)}: ${overBound(numbers)}`,
  ruledOut: (metric, { ratio }, factor) => {
    const most = mostLeft(ratio, ratioMargin(metric, factor))
    return most === undefined ? undefined : `${metric.name} at most ${percent(most - 1)} slower`
  },
  notRuledOut: ({ name }, { ratio }) => `${name} ${upTo(ratio?.high)} slower`,
  range: changeRange,
} as const satisfies Kind<LatencyPolicy, LatencyData>

/** The shares do not show how much a quantile changed, so the sentence gives both the estimate and the lower bound. */
function slower(ratio: Interval | undefined, tolerated: number): string {
  if (ratio === undefined) return ' slower'
  const least = ratio.low > tolerated ? `, at least ${percent(ratio.low - 1)}` : ''
  return ` about ${percent(Math.max(ratio.estimate - 1, 0))} slower${least}`
}

function overBound(numbers: MetricNumbers): string {
  return requestsVsStable(numbers, numbers.bound === undefined ? ' slow' : ` over ${seconds(numbers.bound)}`)
}
