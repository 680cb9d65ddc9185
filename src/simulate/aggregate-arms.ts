import { type Column, dataColumns, withColumns } from '../engine/model/data-columns.ts'
import type { Arm, PodSeries, Recording, Sample } from '../engine/model/recording.ts'

const arms: readonly Arm[] = ['stable', 'canary']

/**
 * The same recording as from a source that does not distinguish pods: one row for each arm, with sums of counts and
 * means of gauges.
 */
export function aggregateArms(recording: Recording): Recording {
  const rowsOf = (arm: Arm) => recording.pods.flatMap((pod, row) => (pod.arm === arm ? [row] : []))
  const members = arms.map(rowsOf)
  const merge = (series: Column, mean: boolean) =>
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
      Object.entries(recording.metrics).map(([name, data]) => [
        name,
        withColumns(
          data,
          dataColumns(data).map((column) => merge(column, data.kind === 'gauge' || data.kind === 'series')),
        ),
      ]),
    ),
  }
}

function mergeSeries(series: readonly PodSeries[], slices: number, mean: boolean): readonly Sample[] {
  const sums = new Float64Array(slices)
  const present = new Float64Array(slices)
  for (const row of series) {
    if (row === null) continue
    for (let slice = 0; slice < slices; slice++) {
      const sample = row[slice] ?? null
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
