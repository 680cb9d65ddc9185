import type { Sample } from '../../engine/model/recording.ts'
import type { FetchedCounts, FetchedRow } from '../../judge/ports/ports.ts'
import { ABSENT } from './absent.ts'

/** Whether the row has any sample from slice `from` on. */
export function hasSample(counts: FetchedCounts, row: FetchedRow, from: number): boolean {
  const read = createReader(counts)
  const values = read(row, 0)
  for (let k = from; k < values.length; k++) {
    if (values[k] !== ABSENT) return true
  }
  return false
}

/** Gives one number of a row in all slices, ABSENT where there is no sample. The next call overwrites the result. */
export function createReader(counts: FetchedCounts): (row: FetchedRow, offset: number) => Float64Array {
  const values = new Float64Array(counts.slices)
  const { chunks, width } = counts
  return ({ place }, offset) => {
    values.fill(ABSENT)
    if (offset >= width) return values
    let slice = 0
    for (const { slices, rows, data } of chunks) {
      const end = Math.min(slice + slices, values.length)
      const step = rows * width
      let at = place * width + offset
      if (place < rows) for (let k = slice; k < end; k++, at += step) values[k] = data[at] ?? ABSENT
      slice = end
    }
    return values
  }
}

export interface MergeOptions {
  /** Which number of the rows. */
  readonly offset: number
  /** The first slice of a row that counts. */
  readonly from: (row: FetchedRow) => number
  readonly mean: boolean
}

/**
 * One number of some rows as one row of samples: their sum, or the mean of levels. Null only where all have none. The
 * first argument is a reader of the counts that have the rows.
 */
export function mergedSamples(
  read: ReturnType<typeof createReader>,
  rows: readonly FetchedRow[],
  nothing: readonly null[],
  { offset, from, mean }: MergeOptions,
): readonly Sample[] {
  const samples: Sample[] = nothing.slice()
  const known = new Uint32Array(samples.length)
  for (const row of rows) {
    const values = read(row, offset)
    for (let k = from(row); k < values.length; k++) {
      const value = values[k] ?? ABSENT
      if (value === ABSENT) continue
      const sum = samples[k]
      samples[k] = row === rows[0] ? value : value + (sum ?? 0)
      known[k] = (known[k] ?? 0) + 1
    }
  }
  if (!mean || rows.length < 2) return samples
  return samples.map((sum, slice) => (sum === null ? null : sum / (known[slice] ?? 1)))
}
