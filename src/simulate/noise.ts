import type { ServiceNumbers } from '../engine/index.ts'

/** How much one metric of one pod differs from the service's level, on the log scale. */
export interface Wobble {
  /** Standard deviation between pods of the part that stays for a pod's whole life. */
  readonly podSd: number
  /** Standard deviation of each pod's first-order autoregression in its stationary state. */
  readonly sd: number
  /** Correlation of the autoregression from one slice to the next. */
  readonly rho: number
}

/** Everything that happens to both arms, or to new pods of any release, so that it is not the canary's fault. */
export interface Noise {
  readonly errors: Wobble
  readonly latency: Wobble
  readonly conversion: Wobble
  readonly memory: Wobble
  /** A wave in the memory of all pods together: `height · sin(minutes / period)` on the log scale. */
  readonly memoryWave: { readonly height: number; readonly period: number }
  /** Slices in which a single pod, of either arm, fails and slows down; chances per slice. */
  readonly bursts?: {
    readonly start: number
    readonly goOn: number
    readonly errors: number
    readonly latency: number
  }
  /** Failures come this many at a time on average: a retrying client, a lost connection, a batch. */
  readonly clump?: number
  /** Both arms change in proportion to the minutes since the rollout's start, up to these factors, and stay there. */
  readonly trend?: {
    readonly minutes: number
    readonly traffic: number
    readonly errors: number
    readonly latency: number
  }
  /**
   * For some minutes of the rollout this share of all requests fails in both arms, besides those that fail anyway. It
   * begins at a whole minute from `earliest` to `latest`, drawn from the seed.
   */
  readonly outage?: {
    readonly earliest: number
    readonly latest: number
    readonly minutes: number
    readonly failing: number
  }
  /** A new canary pod starts with these factors; the part above 1 fades by a factor of e in every `fadeMinutes`. */
  readonly coldStart?: { readonly errors: number; readonly latency: number; readonly fadeMinutes: number }
  /** A new canary pod begins without this share of its memory and fills it evenly over these minutes. */
  readonly cacheFill?: { readonly missing: number; readonly minutes: number }
}

const quiet: Noise = {
  errors: { podSd: 0.03, sd: 0.01, rho: 0.9 },
  latency: { podSd: 0.02, sd: 0.01, rho: 0.9 },
  conversion: { podSd: 0.01, sd: 0, rho: 0 },
  memory: { podSd: 0.04, sd: 0.05, rho: 0.95 },
  memoryWave: { height: 0.1, period: 40 },
}

const outage = (failing: number): Noise => ({
  ...quiet,
  outage: { earliest: 0, latest: 27, minutes: 3, failing },
})

export const noises = {
  quiet,
  bursty: {
    ...quiet,
    errors: { podSd: 0.15, sd: 0.25, rho: 0.9 },
    latency: { podSd: 0.04, sd: 0.05, rho: 0.9 },
    bursts: { start: 0.0155, goOn: 0.5, errors: 10, latency: 1.5 },
  },
  clumped: { ...quiet, clump: 5 },
  diurnal: { ...quiet, trend: { minutes: 30, traffic: 2, errors: 3, latency: 1.4 } },
  outage: outage(0.1),
  'outage-30': outage(0.3),
  'outage-60': outage(0.6),
  'cold-start': { ...quiet, coldStart: { errors: 9, latency: 2.5, fadeMinutes: 1 } },
  'cache-fill': { ...quiet, cacheFill: { missing: 0.3, minutes: 15 } },
  /** Only the randomness of counts: all pods are equal. */
  none: {
    errors: { podSd: 0, sd: 0, rho: 0 },
    latency: { podSd: 0, sd: 0, rho: 0 },
    conversion: { podSd: 0, sd: 0, rho: 0 },
    memory: { podSd: 0, sd: 0, rho: 0 },
    memoryWave: { height: 0, period: 40 },
  },
} as const satisfies Readonly<Record<string, Noise>>

/** What the formulae of a plan know of a noise. */
export function plannedNoise(noise: Noise): Pick<ServiceNumbers, 'clump' | 'bursts' | 'spread'> {
  const { clump = 1, bursts } = noise
  return {
    clump: clump - 1,
    ...(bursts && { bursts: { ...bursts, times: bursts.errors } }),
    spread: noise,
  }
}
