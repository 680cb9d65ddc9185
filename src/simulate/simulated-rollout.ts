import { effects, type Effect } from './effect.ts'
import { noises, type Noise } from './noise.ts'

export interface PlannedStep {
  /** Percent of the requests that go to the canary. */
  readonly weight: number
  readonly minutes: number
  /** Canary pods at this step. The pods of a smaller step are among those of a larger one. */
  readonly pods: number
  /** Stable pods at this step; as many as before the rollout unless given. */
  readonly stablePods?: number
}

/** The service when nothing is wrong. */
export interface Service {
  /** Share of requests that fail. */
  readonly errorRate: number
  /** Median in seconds, and the standard deviation of its logarithm: latency is log-normal. */
  readonly latencyMedian: number
  readonly latencySigma: number
  readonly latencyBounds: readonly number[]
  /** The share of requests that could become an order, and the share of these that do. */
  readonly checkoutShare: number
  readonly conversionRate: number
  readonly memoryBytes: number
}

export type SimulatedMetric = 'errors' | 'latency' | 'conversion' | 'memory'

/** Everything about a rollout that can be chosen; `rolloutDefaults` is the setting of docs/statistics.md's benchmark. */
export interface SimulatedRollout {
  readonly seed: string | number
  /** The id of the recording; undefined = none. */
  readonly id?: string
  /** Start of slice 0, RFC 3339. */
  readonly start: string
  readonly sliceSeconds: number
  /** Slices with stable pods only, before the rollout. */
  readonly history: number
  readonly plan: readonly PlannedStep[]
  readonly stablePods: number
  /** Requests a second in both arms together, and how unevenly the pods of an arm share them (sd of the log share). */
  readonly traffic: { readonly rps: number; readonly podSd: number }
  readonly service: Service
  readonly noise: Noise
  readonly effect: Effect
  /** False: one row for each arm, as from a source that does not distinguish pods. */
  readonly podLabels: boolean
  /** Names of the metrics in the recording; a metric without a name is not recorded. */
  readonly metrics: Readonly<Partial<Record<SimulatedMetric, string>>>
}

export const rolloutDefaults: Omit<SimulatedRollout, 'seed'> = {
  start: '2026-01-05T10:00:00Z',
  sliceSeconds: 60,
  history: 120,
  plan: [
    { weight: 5, minutes: 10, pods: 2 },
    { weight: 25, minutes: 10, pods: 5 },
    { weight: 50, minutes: 10, pods: 10 },
  ],
  stablePods: 10,
  traffic: { rps: 50, podSd: 0 },
  service: {
    errorRate: 0.005,
    latencyMedian: 0.1,
    latencySigma: 0.6,
    latencyBounds: [
      0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 5, 10,
    ],
    checkoutShare: 0.4,
    conversionRate: 0.2,
    memoryBytes: 512 * 1024 * 1024,
  },
  noise: noises.quiet,
  effect: effects.none,
  podLabels: true,
  metrics: { errors: 'errors', latency: 'latency', conversion: 'conversion', memory: 'memory' },
}
