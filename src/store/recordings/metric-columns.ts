import { AppError } from '../../errors.ts'
import type { MetricData, PodSeries, Recording } from '../../engine/model/recording.ts'

/** One metric as rows of pods: `pods[p]` holds all its columns of samples, `undefined` where a pod has none at all. */
export interface MetricColumns {
  readonly name: string
  readonly pods: readonly (readonly PodSeries[])[]
}

/**
 * errors: bad, total · conversion: good, total · gauge: value · latency: total, then above per bound.
 * Refuses series whose length is not the recording's, since they could not be given back as they were.
 */
export const metricColumns = (name: string, metric: MetricData, recording: Recording): MetricColumns => {
  const columns = { name, pods: recording.pods.map((_, pod) => columnsOf(metric, pod)) }
  for (const field of fieldsOf(metric)) {
    if (field.length !== recording.pods.length)
      throw wrongLength(name, 'pods', recording.pods.length, field.length)
  }
  const width = metric.kind === 'latency' ? metric.bounds.length + 1 : columns.pods[0]?.length
  for (const series of columns.pods) {
    if (series.length !== width) throw wrongLength(name, 'bounds', (width ?? 1) - 1, series.length - 1)
    for (const samples of series) {
      if (samples !== null && samples.length !== recording.slices) {
        throw wrongLength(name, 'slices', recording.slices, samples.length)
      }
    }
  }
  return columns
}

const columnsOf = (metric: MetricData, pod: number): readonly PodSeries[] => {
  switch (metric.kind) {
    case 'errors':
      return [metric.bad[pod] ?? null, metric.total[pod] ?? null]
    case 'conversion':
      return [metric.good[pod] ?? null, metric.total[pod] ?? null]
    case 'gauge':
      return [metric.value[pod] ?? null]
    case 'latency':
      return [metric.total[pod] ?? null, ...(metric.above[pod] ?? metric.bounds.map(() => null))]
    default:
      return metric satisfies never
  }
}

const fieldsOf = (metric: MetricData): readonly (readonly unknown[])[] => {
  switch (metric.kind) {
    case 'errors':
      return [metric.bad, metric.total]
    case 'conversion':
      return [metric.good, metric.total]
    case 'gauge':
      return [metric.value]
    case 'latency':
      return [metric.above, metric.total]
    default:
      return metric satisfies never
  }
}

const wrongLength = (metric: string, what: string, expected: number, got: number): AppError =>
  new AppError('invalid-recording', `expected ${expected} ${what} in every series of "${metric}", got ${got}`)
