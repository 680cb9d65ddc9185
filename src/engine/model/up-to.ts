import type { MetricData, PodSeries, Recording, Sample } from './recording.ts'

/** What the recording held after slice `at`. Its plan of steps was known then; later samples were not. */
export function upTo(recording: Recording, at: number): Recording {
  if (at >= recording.slices - 1) return recording
  const metrics = Object.entries(recording.metrics).map(([name, data]) => [name, dataUpTo(data, at)] as const)
  return { ...recording, slices: at + 1, metrics: Object.fromEntries(metrics) }
}

function dataUpTo(data: MetricData, at: number): MetricData {
  const cut = (rows: readonly PodSeries[]): readonly PodSeries[] => rows.map((row) => row && begin(row, at))
  switch (data.kind) {
    case 'errors':
      return { ...data, bad: cut(data.bad), total: cut(data.total) }
    case 'conversion':
      return { ...data, good: cut(data.good), total: cut(data.total) }
    case 'latency':
      return {
        ...data,
        above: data.above.map((rows) => rows && rows.map((row) => begin(row, at))),
        total: cut(data.total),
      }
    case 'gauge':
      return { ...data, value: cut(data.value) }
    default:
      return data satisfies never
  }
}

function begin(row: readonly Sample[], at: number): readonly Sample[] {
  return row.slice(0, at + 1)
}
