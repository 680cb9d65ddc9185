import { mostSamples } from '../../engine/model/data-columns.ts'
import type { MetricData, Recording } from '../../engine/model/recording.ts'
import type { FieldIssue } from '../../errors.ts'
import { type Complaints, readBuckets, readSeries } from './check-matrices.ts'
import { checkRecording } from './check-recording.ts'
import { maxMistakes, toMistakes } from '../mistakes/field-issues.ts'
import { invalidInput } from '../mistakes/invalid-input.ts'
import { toPathText, valueAt } from '../mistakes/path.ts'
import { recordingKeys } from './recording-keys.ts'
import { reservedKeys } from '../mistakes/reserved-keys.ts'
import { type RecordingInput, recordingSchema } from './recording-schema.ts'

const maxMetrics = 50
const maxSamples = 20_000_000

/**
 * Reads a recording; throws `invalid-recording` with the path of each mistake. The arrays of the input are used, not
 * copied. Impossible samples (negative, bad above total) are no mistakes of the format: the engine reports them.
 */
export function parseRecording(value: unknown): Recording {
  const result = recordingSchema.safeParse(value)
  if (!result.success) {
    const { mistakes, total } = toMistakes(result.error.issues, value, recordingKeys)
    const issues = mistakes.map(({ path, message }) => ({ path: toPathText(path), message }))
    throw invalidInput('invalid-recording', 'invalid recording', issues, maxMistakes, total)
  }
  const input = result.data
  const complaints = collect()
  checkRecording(input, complaints)
  checkSize(input, valueAt(value, ['metrics']), complaints)
  const metrics = complaints.count() > 0 ? {} : readMetrics(input, complaints)
  if (complaints.count() > 0) throw complaints.toError()
  return { ...input, metrics }
}

function readMetrics(input: RecordingInput, complaints: Complaints): Record<string, MetricData> {
  const entries = Object.entries(input.metrics)
  return Object.fromEntries(
    entries.map(([name, data]) => [name, readMetric(data, input, toPathText(['metrics', name]), complaints)]),
  )
}

function readMetric(
  data: RecordingInput['metrics'][string],
  { pods, slices }: RecordingInput,
  path: string,
  complaints: Complaints,
): MetricData {
  const size = { pods: pods.length, slices }
  const rows = (key: string, written: unknown): ReturnType<typeof readSeries> =>
    readSeries(written, size, `${path}.${key}`, complaints)
  switch (data.kind) {
    case 'errors':
      return { kind: 'errors', bad: rows('bad', data.bad), total: rows('total', data.total) }
    case 'conversion':
      return { kind: 'conversion', good: rows('good', data.good), total: rows('total', data.total) }
    case 'gauge':
      return { kind: 'gauge', value: rows('value', data.value) }
    case 'series':
      return { kind: 'series', value: rows('value', data.value) }
    case 'restarts':
      return { kind: 'restarts', restarts: rows('restarts', data.restarts) }
    case 'latency': {
      const buckets = { ...size, bounds: data.bounds.length }
      const above = readBuckets(data.above, buckets, `${path}.above`, complaints)
      return { ...data, above, total: rows('total', data.total) }
    }
    default:
      return data satisfies never
  }
}

function checkSize(recording: RecordingInput, written: unknown, complaints: Complaints): void {
  const metrics = Object.keys(recording.metrics).length
  if (metrics > maxMetrics)
    complaints.add('metrics', `expected at most ${maxMetrics} metrics, got ${metrics}`)
  for (const name of reservedKeys(written)) {
    complaints.add(toPathText(['metrics', name]), 'expected another name, this one is reserved')
  }
  const samples = mostSamples(recording)
  if (samples > maxSamples) {
    complaints.add('', `expected at most ${maxSamples} samples, got pods × slices × rows = ${samples}`)
  }
}

interface Collected extends Complaints {
  count(): number
  toError(): Error
}

function collect(): Collected {
  const issues: FieldIssue[] = []
  let total = 0
  return {
    add(path, message) {
      total += 1
      if (issues.length < maxMistakes) issues.push({ path, message })
    },
    count: () => total,
    toError: () => invalidInput('invalid-recording', 'invalid recording', issues, maxMistakes, total),
  }
}
