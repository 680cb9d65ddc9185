import type { Measured } from './measure.ts'
import type { Plan } from './plan.ts'

/** The service that was planned, in the units of the flags, and what was measured. */
export const plannedNumbers = (
  { rps, errorRate, p95Seconds, conversionRate, pods, policy }: Plan,
  noise: string,
  measured: Measured | undefined,
) => ({
  rps,
  errorRate: times(100, errorRate),
  p95: times(1000, p95Seconds),
  ...(policy.metrics.some(({ kind }) => kind === 'conversion') && { conversion: times(100, conversionRate) }),
  pods,
  ...(measured === undefined
    ? { noise }
    : {
        measured: {
          from: measured.from,
          to: measured.to,
          windows: measured.windows,
          used: measured.used,
          rps: measured.rps,
          metrics: measured.metrics,
          problems: measured.problems,
        },
      }),
})

/** 0.29 × 100 is 28.999999999999996 in a computer. */
const times = (factor: number, value: number): number => Number((value * factor).toPrecision(12))
