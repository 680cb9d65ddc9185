import type { Arm, MetricData, PodSeries, Recording, Sample } from '../engine/model/recording.ts'

const arms: readonly Arm[] = ['stable', 'canary']

/** The same recording as a source that cannot tell pods apart gives it: one row an arm, counts summed, gauges averaged. */
export function aggregateArms(recording: Recording): Recording {
  const rowsOf = (arm: Arm) => recording.pods.flatMap((pod, row) => (pod.arm === arm ? [row] : []))
  const members = arms.map(rowsOf)
  const merge = (series: readonly PodSeries[], mean = false) =>
    members.map((rows) =>
      mergeSeries(
        rows.map((row) => series[row] ?? null),
        recording.slices,
        mean,
      ),
    )
  return {
    ...recording,
    pods: arms.map((arm) => ({ name: arm, arm, aggregate: true })),
    metrics: Object.fromEntries(
      Object.entries(recording.metrics).map(([name, data]) => [name, mergeMetric(data, merge)]),
    ),
  }
}

type Merge = (series: readonly PodSeries[], mean?: boolean) => readonly (readonly Sample[])[]

function mergeMetric(data: MetricData, merge: Merge): MetricData {
  switch (data.kind) {
    case 'errors':
      return { ...data, bad: merge(data.bad), total: merge(data.total) }
    case 'conversion':
      return { ...data, good: merge(data.good), total: merge(data.total) }
    case 'gauge':
      return { ...data, value: merge(data.value, true) }
    case 'latency': {
      const byBound = data.bounds.map((_, bound) => merge(data.above.map((pod) => pod?.[bound] ?? null)))
      return {
        ...data,
        above: arms.map((_, arm) => byBound.map((rows) => rows[arm] ?? [])),
        total: merge(data.total),
      }
    }
    default:
      return data satisfies never
  }
}

function mergeSeries(series: readonly PodSeries[], slices: number, mean: boolean): readonly Sample[] {
  const sums = new Float64Array(slices)
  const present = new Float64Array(slices)
  for (const row of series) {
    if (row === null) continue
    for (const [slice, sample] of row.entries()) {
      if (sample === null) continue
      sums[slice] = (sums[slice] ?? 0) + sample
      present[slice] = (present[slice] ?? 0) + 1
    }
  }
  return Array.from(sums, (sum, slice) => {
    const pods = present[slice] ?? 0
    if (pods === 0) return null
    return mean ? sum / pods : sum
  })
}
