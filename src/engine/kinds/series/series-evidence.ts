import { mean as meanOf } from 'simple-statistics'
import type { MetricContext, MetricEvidence, MetricNumbers } from '../../evidence/metric-evidence.ts'
import { latestMeans } from '../../evidence/latest-means.ts'
import { badSampleNotes } from '../../evidence/notes.ts'
import { changeMargin, marginFactor } from '../../model/margins.ts'
import { memoized } from '../../model/memoized.ts'
import type { SeriesPolicy } from '../../model/policy.ts'
import type { SeriesData } from '../../model/recording.ts'
import { valueAt } from '../../model/value-at.ts'
import type { Interval, Reason } from '../../model/verdict.ts'
import { studentTSf } from '../../stats/student-t-sf.ts'
import { LEAST_HISTORY, learnSeriesNoise, type SeriesNoise } from './series-noise.ts'
import { goodPath, harmPath, intervalOf, type Mean, meansFrom } from './series-tests.ts'
import { type SeriesValues, seriesValues } from './series-values.ts'

/** Chance that the interval ever misses the difference, at any look. */
const CONFIDENCE = 0.05
/** Standard deviation of a lasting difference that no history shows: a part of the level, or of what is tolerated. */
const LASTING_PART = 0.01
const TOLERATED_PART = 0.1

export function seriesEvidence(
  metric: SeriesPolicy,
  data: SeriesData,
  context: MetricContext,
): MetricEvidence | Reason {
  const { window, policy } = context
  const { start, plan } = window
  const values = seriesValues(metric, data, context.pods, start)
  if (values === undefined) return withoutRatio(metric)
  const canary = values.canary.slice(start, start + plan.slices)
  const stable = values.stable.slice(start, start + plan.slices)
  const noise = learnSeriesNoise(values.stable.slice(0, start), leastVariance(metric, values))
  const born = canary.findIndex((y) => !Number.isNaN(y))
  const from = born < 0 ? plan.slices : born + window.warmup
  const worse = canary.map((y, t) =>
    t < from ? Number.NaN : sideOf(metric) * (y - (stable[t] ?? Number.NaN)),
  )
  const means = noise === undefined ? noMeans(plan.slices) : meansFrom(worse, noise, from)
  const marginAt = (next: number): number | undefined => {
    const margin = changeMargin(metric, marginFactor(policy, next))
    return margin === undefined ? undefined : toScale(metric, margin)
  }
  const tolerance = toScale(metric, metric.tolerance)
  const latest = latestMeans(worse, from)
  const harm =
    noise === undefined
      ? new Float64Array(plan.slices)
      : harmPath(worse, noise, { tolerance, from, latest, restarts: plan.restarts })
  const counts = Float64Array.from(worse, (y) => (Number.isNaN(y) ? 0 : 1))
  return {
    policy: metric,
    judgeableFrom: 0,
    harm,
    doubt: harm,
    rules: [],
    pass: memoized((next) => {
      const margin = marginAt(next)
      return margin === undefined ? undefined : goodPath(means, margin)
    }),
    harmP: (t) => (valueAt(latest, t) > tolerance ? pOf(means[t], tolerance, 1) : 1),
    passP: (next, t) => pOf(means[t], marginAt(next), -1),
    canaryCounts: counts,
    stableCounts: Float64Array.from(stable, (y) => (Number.isNaN(y) ? 0 : 1)),
    hasCanary: born >= 0,
    hasStable: stable.some((y) => !Number.isNaN(y)),
    notes: [...badSampleNotes(metric.name, values.bad), ...historyNotes(metric, values, noise, start)],
    numbers: memoized((t) => numbersAt(metric, values, { canary, stable, counts }, { mean: means[t], t })),
    minutesToPass: () => undefined,
    minutesToFail: () => undefined,
  }
}

/** 1 where more is worse, −1 where less is. */
export function sideOf({ harm }: SeriesPolicy): 1 | -1 {
  return harm === 'up' ? 1 : -1
}

/** A change for the worse on the scale of the comparison. */
function toScale(metric: SeriesPolicy, change: number): number {
  return metric.compare === 'difference' ? change : sideOf(metric) * Math.log1p(sideOf(metric) * change)
}

function leastVariance(metric: SeriesPolicy, { unit }: SeriesValues): number {
  return Math.max(LASTING_PART * unit, TOLERATED_PART * toScale(metric, metric.tolerance)) ** 2
}

const noMeans = (slices: number): readonly undefined[] => Array.from({ length: slices }, () => undefined)

/** The p-value of lying on one side of a bound: 1 = above it, −1 = below it. */
function pOf(mean: Mean | undefined, bound: number | undefined, side: 1 | -1): number | undefined {
  if (mean === undefined || bound === undefined) return undefined
  return studentTSf((side * (mean.value - bound)) / mean.error, mean.df)
}

function withoutRatio({ name }: SeriesPolicy): Reason {
  const text = `${name}: stable is usually zero or negative before the rollout, so there is no ratio; compare: difference would do`
  return { code: 'all-zero-stable', metric: name, text }
}

function historyNotes(
  { name }: SeriesPolicy,
  { stable }: SeriesValues,
  noise: SeriesNoise | undefined,
  start: number,
): readonly Reason[] {
  if (noise !== undefined) return []
  const known = stable.slice(0, start).filter((y) => !Number.isNaN(y)).length
  const code = known === 0 ? 'history-missing' : 'history-short'
  const text = `${name}: ${known} values of stable before the rollout, ${LEAST_HISTORY} needed to learn how it varies; without them it shows neither harm nor its absence`
  return [{ code, metric: name, text }]
}

interface Compared {
  readonly canary: Float64Array
  readonly stable: Float64Array
  /** 1 in every slice that is compared. */
  readonly counts: Float64Array
}

function numbersAt(
  metric: SeriesPolicy,
  values: SeriesValues,
  { canary, stable, counts }: Compared,
  { mean, t }: { readonly mean: Mean | undefined; readonly t: number },
): MetricNumbers {
  const arm = (levels: Float64Array): { value?: number } => {
    const compared = [...levels.subarray(0, t + 1)].filter((_, k) => counts[k] === 1)
    return compared.length === 0 ? {} : { value: values.fromScale(meanOf(compared)) }
  }
  const found = mean && intervalFor(metric, mean)
  return {
    canary: arm(canary),
    stable: arm(stable),
    ...(found && (metric.compare === 'ratio' ? { ratio: found } : { difference: found })),
  }
}

/** Canary divided by stable, or canary minus stable. */
function intervalFor(metric: SeriesPolicy, mean: Mean): Interval | undefined {
  const found = intervalOf(mean, -Math.log(CONFIDENCE))
  if (found === undefined) return undefined
  const side = sideOf(metric)
  const back = (worse: number): number =>
    metric.compare === 'ratio' ? Math.exp(side * worse) : side === 1 ? worse : 0 - worse
  const [low, high] = side === 1 ? [found.low, found.high] : [found.high, found.low]
  const interval = { estimate: back(mean.value), low: back(low), high: back(high) }
  return Object.values(interval).every(Number.isFinite) ? interval : undefined
}
