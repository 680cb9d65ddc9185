import type { Recording } from './recording.ts'

/** When a slice begins, RFC 3339. It is computed from the recording; the engine has no clock. */
export function timeOf(recording: Recording, slice: number): string {
  return new Date(Date.parse(recording.start) + slice * recording.sliceSeconds * 1000).toISOString()
}
