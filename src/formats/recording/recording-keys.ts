import type { KnownKeys } from '../mistakes/field-issues.ts'
import { type Path, valueAt } from '../mistakes/path.ts'
import {
  dataSchemas,
  latencyData,
  podSchema,
  problemSchema,
  recordingSchema,
  stepSchema,
} from './recording-schema.ts'

const metricKeys = new Map<unknown, readonly string[]>(
  Object.entries(dataSchemas).map(([kind, { shape }]) => [kind, Object.keys(shape)]),
)
const listKeys = new Map<unknown, readonly string[]>([
  ['pods', Object.keys(podSchema.shape)],
  ['steps', Object.keys(stepSchema.shape)],
  ['problems', Object.keys(problemSchema.shape)],
])

/** The keys that a recording may have at each place. */
export const recordingKeys: KnownKeys = { at: keysAt }

function keysAt(path: Path, recording: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(recordingSchema.shape)
  if (path.length === 3 && path[2] === 'shape') return Object.keys(latencyData.shape.shape.unwrap().shape)
  return listKeys.get(path[0]) ?? metricKeys.get(valueAt(recording, [...path, 'kind'])) ?? []
}
