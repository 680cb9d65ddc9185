import { conversionCounts, errorCounts, latencyCounts, type PodCounts } from '../counts/pod-counts.ts'
import { historyCurve, stableCurves } from '../kinds/latency/latency-bounds.ts'
import { quantileOf } from '../kinds/latency/share-curve.ts'
import { LEAST_ERROR_CAP } from '../kinds/errors/errors-evidence.ts'
import { LEAST_LATENCY_CAP } from '../kinds/latency/latency-evidence.ts'
import type { LatencyPolicy, MetricKind, MetricPolicy, Policy } from '../model/policy.ts'
import type { RolloutPlan } from '../model/rollout-plan.ts'
import type { LatencyData, MetricData, Recording } from '../model/recording.ts'
import { type CappedNoise, learnCappedNoise } from '../noise/bursts.ts'
import { learnDispersion } from '../noise/dispersion.ts'
import type { MetricNoise, PlannedService, ServiceMetric } from './planned-service.ts'

/** A service as its stable version was. */
export interface MeasuredService {
  readonly service: PlannedService
  /** Requests a second: in the quietest, the median and the busiest recording. */
  readonly rps: { readonly low: number; readonly median: number; readonly high: number }
  readonly metrics: readonly MeasuredMetric[]
  /** How many of the recordings have data. */
  readonly used: number
}

export interface MeasuredMetric {
  readonly name: string
  readonly kind: MetricKind
  /** The share of errors, the share of attempts that convert, or the quantile in seconds. */
  readonly value: number
}

/** Stable's counts of one metric in the history of a recording. */
interface Counted {
  readonly pods: readonly PodCounts[]
  readonly events: number
  readonly requests: number
}

/**
 * What the histories of some recordings say about a service. The traffic, the noise and the latency are those of the
 * recording with the median traffic; the shares are those of all. Undefined where no recording has requests.
 */
export function measuredService(
  recordings: readonly Recording[],
  policy: Policy,
): MeasuredService | undefined {
  const busy = recordings
    .map((recording) => ({ recording, perMinute: requestsPerMinute(recording, policy) }))
    .filter(({ perMinute }) => perMinute > 0)
    .toSorted((a, b) => a.perMinute - b.perMinute)
  const typical = busy[Math.floor(busy.length / 2)]
  const [quietest, busiest] = [busy[0], busy.at(-1)]
  if (typical === undefined || quietest === undefined || busiest === undefined) return undefined
  const all = busy.map(({ recording }) => recording)
  const found = policy.metrics.flatMap(
    (metric) => measure(metric, typical.recording, all, typical.perMinute) ?? [],
  )
  return {
    service: {
      requestsPerMinute: typical.perMinute,
      pods: podsOf(typical.recording),
      metrics: found.map(({ metric }) => metric),
    },
    rps: { low: quietest.perMinute / 60, median: typical.perMinute / 60, high: busiest.perMinute / 60 },
    metrics: found.map(({ measured }) => measured),
    used: busy.length,
  }
}

/** Of the metric that counts most requests; of both versions, since all traffic is stable's without a rollout. */
function requestsPerMinute(recording: Recording, policy: Policy): number {
  const rates = policy.metrics.map((metric) => {
    const data = recording.metrics[metric.name]
    return data === undefined ? 0 : perMinute(recording, counted(data, recording)?.requests ?? 0)
  })
  return Math.max(...rates, 0)
}

const perMinute = ({ rolloutStart, sliceSeconds }: Recording, count: number): number =>
  rolloutStart > 0 ? (count * 60) / (rolloutStart * sliceSeconds) : 0

function counted(data: MetricData, { pods, rolloutStart }: Recording, bound = 0): Counted | undefined {
  if (!('total' in data)) return undefined
  const table =
    data.kind === 'errors'
      ? errorCounts(data, pods)
      : data.kind === 'conversion'
        ? conversionCounts(data, pods)
        : latencyCounts(data, pods, bound)
  const stable = table.pods.filter(({ arm }) => arm === 'stable')
  const total = (of: 'events' | 'requests'): number =>
    stable.reduce((sum, pod) => sum + pod[of].slice(0, rolloutStart).reduce((a, b) => a + b, 0), 0)
  return { pods: stable, events: total('events'), requests: total('requests') }
}

/** How many stable pods had data at the same time, on average; 0 where single pods are not known. */
function podsOf(recording: Recording): number {
  const { pods, rolloutStart } = recording
  const most = Object.values(recording.metrics).map((data) => {
    const stable = counted(data, recording)?.pods ?? []
    const seen = stable.reduce(
      (sum, { sampled }) => sum + sampled.subarray(0, rolloutStart).reduce((a, b) => a + b, 0),
      0,
    )
    return Math.round(seen / Math.max(rolloutStart, 1))
  })
  return pods.some(({ aggregate }) => aggregate) ? 0 : Math.max(...most, 0)
}

interface Found {
  readonly metric: ServiceMetric
  readonly measured: MeasuredMetric
}

function measure(
  metric: MetricPolicy,
  typical: Recording,
  all: readonly Recording[],
  servicePerMinute: number,
): Found | undefined {
  const { name, kind } = metric
  const data = typical.metrics[name]
  const own = data === undefined ? undefined : counted(data, typical)
  if (data === undefined || own === undefined || own.requests <= 0) return undefined
  const share = perMinute(typical, own.requests) / servicePerMinute
  if (data.kind === 'latency' && kind === data.kind) return latency(metric, data, typical, share)
  if ((kind !== 'errors' && kind !== 'conversion') || kind !== data.kind) return undefined
  const parts = all.flatMap((recording) => {
    const one = recording.metrics[name]
    return (one && counted(one, recording)) ?? []
  })
  const sum = (of: 'events' | 'requests'): number => parts.reduce((total, part) => total + part[of], 0)
  const value = sum('events') / sum('requests')
  const noise = noiseOf(own.pods, typical.rolloutStart, kind === 'errors' ? LEAST_ERROR_CAP : undefined)
  return {
    metric: { name, kind, counted: share, share: value, noise },
    measured: { name, kind, value },
  }
}

function latency(
  { name, quantile }: LatencyPolicy,
  data: LatencyData,
  recording: Recording,
  share: number,
): Found | undefined {
  const { pods, rolloutStart } = recording
  const curve = historyCurve(data, stableCurves(data, pods, rolloutStart), rolloutStart)
  const value = curve && quantileOf(curve, quantile)
  if (curve === undefined || value === undefined) return undefined
  const noiseAt = (index: number): MetricNoise =>
    noiseOf(counted(data, recording, index)?.pods ?? [], rolloutStart, LEAST_LATENCY_CAP)
  return {
    metric: { name, kind: 'latency', counted: share, curve, recorded: data.bounds, noiseAt },
    measured: { name, kind: 'latency', value },
  }
}

function noiseOf(pods: readonly PodCounts[], slices: number, leastCap: number | undefined): MetricNoise {
  const plain = learnDispersion(pods, slices)
  if (plain.kind === 'arm') {
    const later = {
      factor: new Float64Array(0),
      differences: new Float64Array(0),
      slices: new Float64Array(0),
    }
    return { plain: { ...plain, later } }
  }
  if (leastCap === undefined) return { plain }
  // it is the same for every effect that is tried
  const known = new Map<RolloutPlan, CappedNoise | undefined>()
  return {
    plain,
    capped: (rollout) => {
      if (!known.has(rollout.plan))
        known.set(rollout.plan, learnCappedNoise(pods, slices, plain, leastCap, rollout))
      return known.get(rollout.plan)
    },
  }
}
