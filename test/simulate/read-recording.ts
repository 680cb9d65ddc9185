import type { Arm, MetricData, PodSeries, Recording } from '../../src/engine/model/recording.ts'

/** One number for each pod and slice, for the tests of moments: `[pod][slice]`, NaN where there is none. */
export type Grid = readonly (readonly number[])[]

export function metric<K extends MetricData['kind']>(
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

export function podsOf(recording: Recording, arm: Arm, series: readonly PodSeries[]): Grid {
  return recording.pods.flatMap((pod, row) =>
    pod.arm === arm ? [(series[row] ?? []).map((sample) => sample ?? Number.NaN)] : [],
  )
}

/** The sum over pods and over the slices `from` to `to` (exclusive), without missing values. */
export function total(grid: Grid, from = 0, to = Infinity): number {
  let sum = 0
  for (const row of grid) for (const value of row.slice(from, to)) if (!Number.isNaN(value)) sum += value
  return sum
}

export function errorRate(
  recording: Recording,
  arm: Arm,
  from = recording.rolloutStart,
  to = Infinity,
): number {
  const { bad, total: of } = metric(recording, 'errors')
  return total(podsOf(recording, arm, bad), from, to) / total(podsOf(recording, arm, of), from, to)
}

export function conversionRate(
  recording: Recording,
  arm: Arm,
  from = recording.rolloutStart,
  to = Infinity,
): number {
  const { good, total: of } = metric(recording, 'conversion')
  return total(podsOf(recording, arm, good), from, to) / total(podsOf(recording, arm, of), from, to)
}

/** Share of requests slower than a bound, which must be one of the recording's. */
export function slowerShare(
  recording: Recording,
  arm: Arm,
  bound: number,
  from = recording.rolloutStart,
  to = Infinity,
): number {
  const { above, total: of, bounds } = metric(recording, 'latency')
  const rows = above.map((pod) => pod?.[bounds.indexOf(bound)] ?? null)
  return total(podsOf(recording, arm, rows), from, to) / total(podsOf(recording, arm, of), from, to)
}

/** Mean over pods of the log of memory in one slice. */
export function logMemory(recording: Recording, arm: Arm, slice: number): number {
  const values = podsOf(recording, arm, metric(recording, 'gauge').value)
    .map((row) => row[slice] ?? Number.NaN)
    .filter((value) => !Number.isNaN(value))
  return values.reduce((sum, value) => sum + Math.log(value), 0) / values.length
}
