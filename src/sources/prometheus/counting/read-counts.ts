import type { PodRow } from '../../recording/metric-rows.ts'
import { readChunks } from './chunks.ts'
import { type Counts, widthOf } from './counts.ts'

/** The counts of the first slices, row by row; of buckets only those above these bounds. */
export function readCounts(counts: Counts, slices: number, bounds = counts.bounds): readonly PodRow[] {
  const width = widthOf(counts)
  const offsets = new Map(counts.bounds?.map((bound, i) => [bound, i + 1]))
  const parts = counts.kind === 'events' ? [1] : (bounds ?? []).map((bound) => offsets.get(bound) ?? width)
  const name = (row: number): string => {
    const { arm = '', pod = '', members = [] } = counts.rows[row] ?? {}
    return `${arm} ${pod} ${counts.targets[members[0] ?? -1]?.key ?? ''}`
  }
  const known = Math.min(slices, Math.max(counts.points - 1, 0))
  const nothing = Array.from({ length: known }, () => null)
  // in an order that does not depend on what was found first, so that sums come out the same
  return counts.rows
    .map((row, number) => ({ row, number, name: name(number) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ row: { arm, pod }, number }): PodRow => {
      const read = (offset: number): PodRow['total'] =>
        readChunks(counts.chunks, { row: number, offset, width }, nothing)
      return { arm, pod, total: read(0), parts: parts.map(read) }
    })
}
