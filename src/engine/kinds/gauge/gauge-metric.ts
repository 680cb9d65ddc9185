import { mean as meanOf } from 'simple-statistics'
import { bothOf } from '../../evidence/absolute.ts'
import { type GaugeEvidence, gaugeEvidence } from './gauge-evidence.ts'
import { type GaugeLevels, gaugeLevels } from './gauge-levels.ts'
import { ratioMargin, marginFactor } from '../../model/margins.ts'
import { memoized } from '../../model/memoized.ts'
import type {
  AbsoluteRule,
  MetricContext,
  MetricEvidence,
  MetricNumbers,
} from '../../evidence/metric-evidence.ts'
import { badSampleNotes } from '../../evidence/notes.ts'
import type { GaugePolicy } from '../../model/policy.ts'
import type { GaugeData } from '../../model/recording.ts'
import type { Interval, Reason } from '../../model/verdict.ts'

/** Chance that the interval ever misses the difference, at any look. */
const CONFIDENCE = 0.05

export function gaugeMetric(
  metric: GaugePolicy,
  data: GaugeData,
  context: MetricContext,
): MetricEvidence | Reason {
  const { window, sliceSeconds, policy, memory } = context
  const levels = gaugeLevels(data, context.pods, window.start)
  if (levels === undefined) return nothingToCompareWith(metric, data, context)
  const evidence = gaugeEvidence(levels, window, sliceSeconds, memory)
  const differenceAt = (next: number): number | undefined => {
    const margin = ratioMargin(metric, marginFactor(policy, next))
    return margin === undefined ? undefined : levels.ratioToScale(margin)
  }
  const harm = evidence.harm(levels.ratioToScale(metric.tolerance))
  const has = (arm: 'canary' | 'stable'): boolean =>
    levels.rows.some(
      (row) => row.arm === arm && row.values.some((y, k) => k >= window.start && !Number.isNaN(y)),
    )
  return {
    policy: metric,
    judgeableFrom: levels.from - window.start,
    harm,
    doubt: harm,
    rules: limitRules(metric, levels, evidence, context),
    pass: memoized((next) => {
      const difference = differenceAt(next)
      return difference === undefined ? undefined : evidence.pass(difference)
    }),
    harmP: () => undefined,
    passP: (next, t) => {
      const difference = differenceAt(next)
      return difference === undefined ? undefined : evidence.passP(difference, t)
    },
    canaryCounts: evidence.counts,
    stableCounts: evidence.counts,
    hasCanary: has('canary'),
    hasStable: has('stable'),
    notes: [...badSampleNotes(metric.name, levels.bad), ...historyNotes(metric, evidence)],
    numbers: (t) => gaugeNumbers(levels, evidence, t),
    minutesToPass: () => undefined,
    minutesToFail: () => undefined,
  }
}

function nothingToCompareWith(metric: GaugePolicy, data: GaugeData, context: MetricContext): Reason {
  const has = (arm: 'canary' | 'stable', from: number): boolean =>
    context.pods.some(
      (pod, j) => pod.arm === arm && data.value[j]?.some((y, k) => k >= from && Number.isFinite(y)),
    )
  const reason = (code: Reason['code'], text: string): Reason => ({
    code,
    metric: metric.name,
    text: `${metric.name}: ${text}`,
  })
  if (!has('canary', context.window.start)) return reason('no-canary-data', 'no data of the canary')
  if (!has('stable', 0)) return reason('no-stable-data', 'no data of stable')
  return reason('all-zero-stable', 'stable is zero throughout, there is nothing to be relative to')
}

function historyNotes(metric: GaugePolicy, evidence: GaugeEvidence): readonly Reason[] {
  if (evidence.noise.learned) return []
  const text = `${metric.name}: too little history or too few stable pods, differences between pods are assumed`
  return [{ code: 'history-short', metric: metric.name, text }]
}

function limitRules(
  metric: GaugePolicy,
  levels: GaugeLevels,
  evidence: GaugeEvidence,
  context: MetricContext,
): readonly AbsoluteRule[] {
  if (metric.limit === undefined) return []
  const harm = bothOf(evidence.above(levels.toScale(metric.limit)), evidence.harm(0), context.window.plan)
  return [{ rule: 'limit', harm, numbers: (t) => gaugeNumbers(levels, evidence, t) }]
}

function gaugeNumbers(levels: GaugeLevels, evidence: GaugeEvidence, t: number): MetricNumbers {
  const arm = (means: Float64Array): { value?: number } => {
    const values = [...means.subarray(0, t + 1)].filter((_, k) => evidence.counts[k] === 1)
    if (values.length === 0) return {}
    return { value: levels.fromScale(meanOf(values)) }
  }
  const ratio = gaugeInterval(levels, evidence, t)
  return {
    canary: arm(evidence.canaryMean),
    stable: arm(evidence.stableMean),
    ...(ratio === undefined ? {} : { ratio }),
  }
}

/** Two-sided normal-mixture confidence sequence of the mean difference. */
function gaugeInterval(levels: GaugeLevels, evidence: GaugeEvidence, t: number): Interval | undefined {
  const information = evidence.information[t] ?? 0
  if (information <= 0) return undefined
  const prior = 1 / 0.3 ** 2
  const total = information + prior
  const half = Math.sqrt((total * Math.log(total / (prior * CONFIDENCE ** 2))) / information ** 2)
  const mean = evidence.meanDifference[t] ?? 0
  return {
    estimate: levels.scaleToRatio(mean),
    low: levels.scaleToRatio(mean - half),
    high: levels.scaleToRatio(mean + half),
  }
}
