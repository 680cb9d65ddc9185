import type { Recording } from './recording.ts'

/** When a slice begins, RFC 3339. Parsing a time is arithmetic on the recording, not a look at a clock. */
export function timeOf(recording: Recording, slice: number): string {
  return new Date(Date.parse(recording.start) + slice * recording.sliceSeconds * 1000).toISOString()
}
