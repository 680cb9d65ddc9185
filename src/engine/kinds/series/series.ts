import type { MetricNumbers } from '../../evidence/metric-evidence.ts'
import { changeMargin } from '../../model/margins.ts'
import type { SeriesPolicy } from '../../model/policy.ts'
import type { SeriesData } from '../../model/recording.ts'
import { level, percent } from '../../model/words.ts'
import type { Kind } from '../kind.ts'
import { changeRange, howMuch, levelVsStable } from '../words-of-arms.ts'
import { seriesEvidence } from './series-evidence.ts'

/** One value for each arm and slice, such as a ratio of business metrics or what an exporter of others gives. */
export const series = {
  defaults: { required: true, tolerance: 0.1, margin: 0.25 },
  noWorse: 0,
  evidenceShare: 0.2,
  gateShare: 0.2,
  evidence: seriesEvidence,
  absoluteRules: () => [],
  margin: changeMargin,
  worse: (metric, numbers) => {
    const found = changeForTheWorse(metric, numbers)
    const than = direction(metric)
    // the numbers describe the whole rollout, but the level may have changed only in its latest slices
    if (found === undefined || found.estimate <= 0)
      return `${metric.name} ${than} than stable in the latest slices; over the whole rollout ${levelVsStable(numbers)}`
    const much = howMuch(found, metric.tolerance, (change) => `${amount(metric, change)} ${than}`)
    return `${metric.name}${much.replace(',', '')} than stable, ${levelVsStable(numbers)}`
  },
  ruledOut: (metric, numbers, factor) => {
    const found = changeForTheWorse(metric, numbers)
    const margin = changeMargin(metric, factor)
    if (found === undefined || margin === undefined) return undefined
    const most = Math.max(Math.min(found.high, margin), 0)
    return `${metric.name} at most ${amount(metric, most)} ${direction(metric)}`
  },
  notRuledOut: (metric, numbers) => {
    const found = changeForTheWorse(metric, numbers)
    const most = found === undefined ? 'much' : `up to ${amount(metric, Math.max(found.high, 0))}`
    return `${metric.name} ${most} ${direction(metric)}`
  },
  range: changeRange,
} as const satisfies Kind<SeriesPolicy, SeriesData>

interface Change {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** How much worse the canary is, as a part of stable's value or in the metric's own unit. */
function changeForTheWorse(metric: SeriesPolicy, { ratio, difference }: MetricNumbers): Change | undefined {
  const found = metric.compare === 'difference' ? difference : ratio
  if (found === undefined) return undefined
  const base = metric.compare === 'difference' ? 0 : 1
  const { estimate, low, high } = found
  return metric.harm === 'up'
    ? { estimate: estimate - base, low: low - base, high: high - base }
    : { estimate: base - estimate, low: base - high, high: base - low }
}

const direction = ({ harm }: SeriesPolicy): string => (harm === 'up' ? 'higher' : 'lower')

const amount = ({ compare }: SeriesPolicy, change: number): string =>
  compare === 'difference' ? level(change) : percent(change)
