import type {
  ConversionPolicy,
  ErrorsPolicy,
  GaugePolicy,
  LatencyPolicy,
  Policy,
  SeriesPolicy,
} from './policy.ts'

const MOST_RELIEF = 4
const LARGEST_DROP = 0.5

/**
 * How many times wider a step's margin is than that of the last step. It depends on the traffic that the next step
 * puts at risk, so that each step risks about the same harm.
 */
export function marginFactor(policy: Policy, next: number): number {
  return policy.riskProportional ? Math.min(100 / Math.max(next, 1), MOST_RELIEF) : 1
}

/** A margin that is a ratio: of error rates, quantiles or levels. */
export function ratioMargin(
  metric: ErrorsPolicy | LatencyPolicy | GaugePolicy,
  times: number,
): number | undefined {
  return metric.margin === undefined ? undefined : 1 + (metric.margin - 1) * times
}

/** A margin that is a relative drop of a conversion. */
export function dropMargin(metric: ConversionPolicy, times: number): number {
  return Math.min(metric.margin * times, LARGEST_DROP)
}

/** A margin that is a part of stable's value, or a difference. */
export function changeMargin(metric: SeriesPolicy, times: number): number | undefined {
  if (metric.margin === undefined) return undefined
  const margin = metric.margin * times
  // at LARGEST_DROP the margin stops growing, but one that the policy sets above it stays
  const isDrop = metric.compare === 'ratio' && metric.harm === 'down'
  return isDrop ? Math.min(margin, Math.max(LARGEST_DROP, metric.margin)) : margin
}

/** The ratio that means this drop: stable's rate divided by the canary's. */
export function dropToRatio(drop: number): number {
  return 1 / (1 - drop)
}
