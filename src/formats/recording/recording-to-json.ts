import type { MetricData, Recording, Sample } from '../../engine/model/recording.ts'

type Row = readonly Sample[]

/** A recording as it is written in JSON: NaN and ±Infinity become "NaN", "+Inf" and "-Inf". */
export function recordingToJson(recording: Recording): object {
  const entries = Object.entries(recording.metrics).map(([name, data]) => [name, metricToJson(data)] as const)
  return { ...recording, metrics: Object.fromEntries(entries) }
}

function metricToJson(data: MetricData): object {
  switch (data.kind) {
    case 'errors':
      return { ...data, bad: data.bad.map(rowToJson), total: data.total.map(rowToJson) }
    case 'conversion':
      return { ...data, good: data.good.map(rowToJson), total: data.total.map(rowToJson) }
    case 'gauge':
      return { ...data, value: data.value.map(rowToJson) }
    case 'restarts':
      return { ...data, restarts: data.restarts.map(rowToJson) }
    case 'latency':
      return {
        ...data,
        above: data.above.map((pod) => pod?.map(rowToJson) ?? null),
        total: data.total.map(rowToJson),
      }
    default:
      return data satisfies never
  }
}

function rowToJson(row: Row | null): readonly (Sample | string)[] | null {
  if (row === null || row.every((sample) => sample === null || Number.isFinite(sample))) return row
  return row.map((sample) => (sample === null || Number.isFinite(sample) ? sample : specialText(sample)))
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}
