import type { Arm, MetricData, Recording, Sample } from '../src/engine/model/recording.ts'
import { aggregateArms } from '../src/simulate/aggregate-arms.ts'

/** One arm's sums over its pods, `[slice]`; 0 where the arm has no data. */
export interface ArmCounts {
  readonly requests: readonly number[]
  readonly failed: readonly number[]
  readonly checkouts: readonly number[]
  readonly orders: readonly number[]
  readonly bounds: readonly number[]
  /** `[bound][slice]` */
  readonly slower: readonly (readonly number[])[]
  /** Mean over the pods. */
  readonly memory: readonly number[]
}

/** Kept for each recording, because every rule asks for the same sums. */
const known = new WeakMap<Recording, Readonly<Record<Arm, ArmCounts>>>()

export function armCounts(recording: Recording): Readonly<Record<Arm, ArmCounts>> {
  const before = known.get(recording)
  if (before !== undefined) return before
  const arms = aggregateArms(recording)
  const counts = { stable: countsOf(arms, 0), canary: countsOf(arms, 1) }
  known.set(recording, counts)
  return counts
}

function countsOf(arms: Recording, row: number): ArmCounts {
  const errors = metricOf(arms, 'errors')
  const latency = metricOf(arms, 'latency')
  const conversion = metricOf(arms, 'conversion')
  const memory = metricOf(arms, 'gauge')
  return {
    requests: numbers(errors.total[row]),
    failed: numbers(errors.bad[row]),
    checkouts: numbers(conversion.total[row]),
    orders: numbers(conversion.good[row]),
    bounds: latency.bounds,
    slower: (latency.above[row] ?? []).map(numbers),
    memory: numbers(memory.value[row]),
  }
}

function metricOf<K extends MetricData['kind']>(
  recording: Recording,
  kind: K,
): Extract<MetricData, { kind: K }> {
  for (const data of Object.values(recording.metrics)) if (isKind(data, kind)) return data
  throw new Error(`expected a metric of kind ${kind}`)
}

function isKind<K extends MetricData['kind']>(
  data: MetricData,
  kind: K,
): data is Extract<MetricData, { kind: K }> {
  return data.kind === kind
}

function numbers(samples: readonly Sample[] | null | undefined): readonly number[] {
  return (samples ?? []).map((sample) => sample ?? 0)
}

/** Sum over the slices `from` to `to`, both included. */
export function sumOver(values: readonly number[], from: number, to: number): number {
  let sum = 0
  for (let slice = from; slice <= to; slice++) sum += values[slice] ?? 0
  return sum
}

/** The quantile of one slice as PromQL's histogram_quantile gives it, linear inside the bucket; undefined without requests. */
export function quantileOf(arm: ArmCounts, slice: number, quantile: number): number | undefined {
  const requests = arm.requests[slice] ?? 0
  if (requests === 0) return undefined
  const wanted = (1 - quantile) * requests
  let lower = 0
  let slowerThanLower = requests
  for (const [index, bound] of arm.bounds.entries()) {
    const slower = arm.slower[index]?.[slice] ?? 0
    if (slower <= wanted) {
      return lower + ((bound - lower) * (slowerThanLower - wanted)) / (slowerThanLower - slower)
    }
    lower = bound
    slowerThanLower = slower
  }
  return lower
}
