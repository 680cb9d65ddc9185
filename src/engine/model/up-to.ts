import { mapRows } from './data-columns.ts'
import type { Recording } from './recording.ts'

/**
 * The recording as it was after slice `at`: with its whole plan of steps, which was known then, and without later
 * samples.
 */
export function upTo(recording: Recording, at: number): Recording {
  if (at >= recording.slices - 1) return recording
  const metrics = Object.entries(recording.metrics).map(
    ([name, data]) => [name, mapRows(data, (row) => row.slice(0, at + 1))] as const,
  )
  return { ...recording, slices: at + 1, metrics: Object.fromEntries(metrics) }
}
