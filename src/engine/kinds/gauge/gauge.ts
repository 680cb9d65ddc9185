import { gaugeMetric } from './gauge-metric.ts'
import type { Kind } from '../kind.ts'
import { changeRange, howMuch, levelVsStable, mostLeft, upTo } from '../words-of-arms.ts'
import { ratioMargin } from '../../model/margins.ts'
import type { GaugePolicy } from '../../model/policy.ts'
import type { GaugeData } from '../../model/recording.ts'
import { level, percent } from '../../model/words.ts'

/** A level per pod, such as memory; more is worse. It has to pass only where the policy gives it a margin. */
export const gauge = {
  defaults: { required: false, tolerance: 1.25 },
  noWorse: 1,
  evidenceShare: 0.1,
  gateShare: 0,
  evidence: gaugeMetric,
  absoluteRules: ({ limit }) => (limit === undefined ? [] : ['limit']),
  margin: ratioMargin,
  worse: ({ name, tolerance }, numbers) => {
    // the numbers describe the whole rollout, but the level may have risen only in its latest slices
    if ((numbers.ratio?.estimate ?? 1) <= 1)
      return `${name} higher than stable in the latest slices; over the whole rollout ${levelVsStable(numbers)}`
    const higher = howMuch(numbers.ratio, tolerance, (r) => `${percent(r - 1)} higher`)
    return `${name}${higher.replace(',', '')} than stable, ${levelVsStable(numbers)}`
  },
  overLimit: ({ name, limit = 0 }, numbers) =>
    `${name} over the limit of ${level(limit)}: ${levelVsStable(numbers)}`,
  ruledOut: (metric, { ratio }, factor) => {
    const most = mostLeft(ratio, ratioMargin(metric, factor))
    return most === undefined ? undefined : `${metric.name} at most ${percent(most - 1)} higher`
  },
  notRuledOut: ({ name }, { ratio }) => `${name} ${upTo(ratio?.high)} higher`,
  range: changeRange,
} as const satisfies Kind<GaugePolicy, GaugeData>
