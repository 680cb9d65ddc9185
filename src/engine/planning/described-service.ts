import { type ShareCurve, steepness } from '../kinds/latency/share-curve.ts'
import type { MetricKind, MetricPolicy, Policy } from '../model/policy.ts'
import { normalQuantile } from '../stats/normal-quantile.ts'
import { normalSf } from '../stats/normal-sf.ts'
import {
  type Bursts,
  type PlannedService,
  type PodSpread,
  type ServiceMetric,
  spreadNoise,
} from './planned-service.ts'

/** A service in a few numbers, for a plan without a Prometheus. */
export interface ServiceNumbers {
  /** Requests a second of both versions together. */
  readonly rps: number
  /** The share of requests that fail while all is well, 0 to 1. */
  readonly errorRate: number
  readonly p95Seconds: number
  /** The share of requests that convert. */
  readonly conversionRate: number
  /** Of the stable version. */
  readonly pods: number
  /** How many further failures come with one failure, on average. */
  readonly clump?: number
  /** Of the failures of single pods. */
  readonly bursts?: Bursts
  /** How these pods differ without a cause. */
  readonly spread: Readonly<Record<'errors' | 'latency' | 'conversion', PodSpread>>
}

/** Whether such numbers describe the metric, and are enough for a plan. */
export const canPlan = ({ kind, watch }: MetricPolicy): boolean =>
  !watch && (kind === 'errors' || kind === 'latency' || kind === 'conversion')

/** The service with these numbers, for the metrics of a policy. Latency is log-normal. */
export function describedService(numbers: ServiceNumbers, policy: Policy): PlannedService {
  return {
    requestsPerMinute: numbers.rps * 60,
    pods: numbers.pods,
    metrics: policy.metrics.flatMap(({ name, kind }) => metricOf(name, kind, numbers) ?? []),
  }
}

function metricOf(name: string, kind: MetricKind, numbers: ServiceNumbers): ServiceMetric | undefined {
  const { errorRate, conversionRate, p95Seconds, spread, pods } = numbers
  const requestsPerMinute = numbers.rps * 60
  if (kind === 'latency') {
    const curve = latencyCurve(p95Seconds)
    return {
      name,
      kind,
      counted: 1,
      curve,
      recorded: curve.bounds,
      noiseAt: (index) => {
        const service = { pods, share: curve.shares[index] ?? 0, requestsPerMinute }
        return { plain: spreadNoise(spread.latency, service, steepness(curve, index)) }
      },
    }
  }
  if (kind !== 'errors' && kind !== 'conversion') return undefined
  const share = kind === 'errors' ? errorRate : conversionRate
  const clump = kind === 'errors' ? (numbers.clump ?? 0) : 0
  const bursts = kind === 'errors' && numbers.bursts !== undefined && { bursts: numbers.bursts }
  return {
    name,
    kind,
    counted: 1,
    share,
    noise: { plain: spreadNoise(spread[kind], { pods, share, requestsPerMinute, clump, ...bursts }) },
  }
}

/** The standard deviation of the logarithm of latency, and the bounds of its histogram in multiples of the median. */
const LATENCY_SIGMA = 0.6
const BOUNDS_OF_MEDIAN = [
  0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 50, 100,
] as const

function latencyCurve(p95Seconds: number): ShareCurve {
  const median = p95Seconds / Math.exp(normalQuantile(0.95) * LATENCY_SIGMA)
  return {
    bounds: BOUNDS_OF_MEDIAN.map((times) => times * median),
    shares: BOUNDS_OF_MEDIAN.map((times) => normalSf(Math.log(times) / LATENCY_SIGMA)),
  }
}
