import { AppError } from '../../errors.ts'
import { dataColumns } from '../../engine/model/data-columns.ts'
import type { LatencyData, MetricData, PodSeries, Recording } from '../../engine/model/recording.ts'

/**
 * One metric by pod: `pods[p]` has all columns of the pod's samples, `null` where the pod does not have the column.
 */
export interface MetricColumns {
  readonly name: string
  readonly pods: readonly (readonly PodSeries[])[]
}

/** Refuses series whose length differs from the recording's, because they could not be restored as they were. */
export const metricColumns = (name: string, metric: MetricData, recording: Recording): MetricColumns => {
  const columns = dataColumns(metric)
  for (const column of columns) {
    if (column.length !== recording.pods.length)
      throw wrongLength(name, 'pods', recording.pods.length, column.length)
    for (const samples of column) {
      if (samples !== null && samples.length !== recording.slices) {
        throw wrongLength(name, 'slices', recording.slices, samples.length)
      }
    }
  }
  if (metric.kind === 'latency') checkBounds(name, metric)
  return { name, pods: recording.pods.map((_, pod) => columns.map((column) => column[pod] ?? null)) }
}

const checkBounds = (name: string, { bounds, above }: LatencyData): void => {
  for (const rows of above) {
    if (rows !== null && rows.length !== bounds.length)
      throw wrongLength(name, 'bounds', bounds.length, rows.length)
  }
}

const wrongLength = (metric: string, what: string, expected: number, got: number): AppError =>
  new AppError('invalid-recording', `expected ${expected} ${what} in every series of "${metric}", got ${got}`)
