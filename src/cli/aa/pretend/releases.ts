import type { MetricKind, Policy } from '../../../engine/model/policy.ts'
import type { LatencyData, LatencyShape, Recording } from '../../../engine/model/recording.ts'
import type { Injected } from './canary-rows.ts'
import { failureRates, sumsOf } from './failure-rates.ts'
import { slowdown } from './harm.ts'

/** A release that is pretended: its name, the kind of metric that shows it, and what it does to the counts of a block. */
export interface PretendRelease {
  readonly name: string
  /** Absent for a healthy release. */
  readonly shownBy?: MetricKind
  readonly injected: (block: Recording) => Injected
}

const failing = (times: number): PretendRelease => ({
  name: `errors ×${times}`,
  shownBy: 'errors',
  injected: (block) => ({ errors: { times, rates: failureRates(block) } }),
})

const all: readonly PretendRelease[] = [
  { name: 'healthy', injected: () => ({}) },
  ...[1.5, 2, 5].map(failing),
  {
    name: 'latency +25%',
    shownBy: 'latency',
    injected: (block) => ({ latency: { chances: slowdowns(block, 1.25) } }),
  },
  { name: 'conversion −20%', shownBy: 'conversion', injected: () => ({ conversion: 0.8 }) },
]

/** A healthy release, and those whose harm the policy judges. */
export function pretendReleases({ metrics }: Policy): readonly PretendRelease[] {
  const judged = new Set(metrics.flatMap(({ kind, watch }) => (watch ? [] : [kind])))
  return all.filter(({ shownBy }) => shownBy === undefined || judged.has(shownBy))
}

function slowdowns(
  { metrics, slices }: Recording,
  times: number,
): ReadonlyMap<string, readonly (readonly number[])[]> {
  return new Map(
    Object.entries(metrics).flatMap(([name, data]) =>
      data.kind === 'latency'
        ? [[name, slowdown(data.bounds, data.shape ?? shapeOf(data, slices), times)] as const]
        : [],
    ),
  )
}

function shapeOf({ bounds, above, total }: LatencyData, slices: number): LatencyShape {
  const sum = (values: readonly number[]): number => values.reduce((whole, value) => whole + value, 0)
  return {
    bounds,
    above: bounds.map((_, b) =>
      sum(
        sumsOf(
          above.map((pod) => pod?.[b] ?? null),
          slices,
        ),
      ),
    ),
    total: sum(sumsOf(total, slices)),
  }
}
