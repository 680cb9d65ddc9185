import type { MetricData, PodSeries, Recording, Sample } from './recording.ts'

/** What the recording held after slice `at`. The plan (gates, weights to come) was known then; later samples were not. */
export function upTo(recording: Recording, at: number): Recording {
  const { slices, steps, gates } = recording
  if (at >= slices - 1) return recording
  const metrics = Object.fromEntries(
    Object.entries(recording.metrics).map(([name, data]) => [name, dataUpTo(data, at)]),
  )
  if (steps === undefined) return { ...recording, slices: at + 1, metrics }
  const begun = steps.flatMap((step, index) => {
    const next = step.next ?? steps[index + 1]?.weight
    return step.slice > at ? [] : [next === undefined ? step : { ...step, next }]
  })
  const planned = steps.length > 0 ? { gates: gates ?? steps.length } : {}
  return { ...recording, ...planned, slices: at + 1, steps: begun, metrics }
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
