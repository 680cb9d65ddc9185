import type { Sample } from '../../../engine/model/recording.ts'
import { sampleOf } from './absent.ts'

/** The numbers of some slices in a row, ordered by slice, then by row. */
export interface Chunk {
  readonly slices: number
  /** How many rows were known at that time. */
  readonly rows: number
  readonly data: Float32Array | Float64Array
}

/** Chunks up to this size are joined, because many arrays need more memory. Larger ones are not copied again. */
const SMALL_BYTES = 32 * 1024

/** Adds slices after those that are there, without changing them. */
export function appendChunk(
  chunks: readonly Chunk[],
  slices: number,
  rows: number,
  values: Float64Array,
): readonly Chunk[] {
  if (slices === 0) return chunks
  const last = chunks.at(-1)
  const data = packed(values)
  if (last === undefined || last.data.byteLength + data.byteLength > SMALL_BYTES) {
    return [...chunks, { slices, rows, data }]
  }
  const sameKind = last.data instanceof Float32Array === data instanceof Float32Array
  if (last.rows !== rows || !sameKind) return [...chunks, { slices, rows, data }]
  const joined =
    data instanceof Float32Array
      ? new Float32Array(last.data.length + data.length)
      : new Float64Array(last.data.length + data.length)
  joined.set(last.data)
  joined.set(data, last.data.length)
  return [...chunks.slice(0, -1), { slices: last.slices + slices, rows, data: joined }]
}

/** Stores counts in half the memory where that is exact, because most are small whole numbers. */
function packed(values: Float64Array): Chunk['data'] {
  const half = new Float32Array(values)
  return values.every((value, i) => Object.is(half[i], value)) ? half : values
}

/** One number of one row over the first slices. It fills a copy of `nothing`, which has a null for each slice. */
export function readChunks(
  chunks: readonly Chunk[],
  { row, offset, width }: { readonly row: number; readonly offset: number; readonly width: number },
  nothing: readonly null[],
): readonly Sample[] {
  const samples: Sample[] = nothing.slice()
  let slice = 0
  for (const { slices, rows, data } of chunks) {
    const end = Math.min(slice + slices, samples.length)
    if (row < rows && offset < width) {
      const step = rows * width
      for (let at = row * width + offset, k = slice; k < end; k++, at += step) samples[k] = sampleOf(data[at])
    }
    slice = end
  }
  return samples
}
