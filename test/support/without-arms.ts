import { dataColumns, withColumns } from '../../src/engine/model/data-columns.ts'
import type { Arm, Recording } from '../../src/engine/model/recording.ts'

/** The recording without the samples of these arms in a range of slices. */
export function withoutArms(
  recording: Recording,
  arms: readonly Arm[],
  { from, until }: { readonly from: number; readonly until: number },
): Recording {
  const metrics = Object.entries(recording.metrics).map(([name, data]) => {
    const columns = dataColumns(data).map((column) =>
      column.map((row, pod) => {
        const arm = recording.pods[pod]?.arm
        if (row === null || arm === undefined || !arms.includes(arm)) return row
        return row.map((sample, slice) => (slice >= from && slice < until ? null : sample))
      }),
    )
    return [name, withColumns(data, columns)] as const
  })
  return { ...recording, metrics: Object.fromEntries(metrics) }
}
