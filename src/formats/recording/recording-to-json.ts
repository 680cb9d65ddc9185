import type { MetricData, Recording } from '../../engine/model/recording.ts'

/** A recording as it is written in JSON: NaN and ±Infinity become "NaN", "+Inf" and "-Inf". */
export function recordingToJson(recording: Recording): object {
  const entries = Object.entries(recording.metrics).map(([name, data]) => [name, metricToJson(data)] as const)
  return { ...recording, metrics: Object.fromEntries(entries) }
}

function metricToJson(data: MetricData): object {
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [field, toJson(value)]))
}

/** Lists within lists of numbers; a list without a special number is used as it is. */
function toJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : specialText(value)
  if (!Array.isArray(value) || value.every(isPlain)) return value
  return value.map(toJson)
}

function isPlain(value: unknown): boolean {
  return value === null || Number.isFinite(value)
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}
