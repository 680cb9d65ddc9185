import type { Sample } from '../../../engine/model/recording.ts'
import { sampleOf } from './absent.ts'

/** Some slices in a row. Slice by slice, row by row, the numbers of each row. */
export interface Chunk {
  readonly slices: number
  /** Those that were known at the time. */
  readonly rows: number
  readonly data: Float32Array | Float64Array
}

/** An array of its own costs memory and is copied to be extended: small chunks are joined, larger ones are left alone. */
const SMALL_BYTES = 32 * 1024

/** With the slices that follow; what is there already is not touched. */
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

/** Counts are whole numbers and mostly small: half the memory holds them as exactly. */
function packed(values: Float64Array): Chunk['data'] {
  const half = new Float32Array(values)
  return values.every((value, i) => Object.is(half[i], value)) ? half : values
}

/** One number of one row over the first slices, in a copy of `nothing`, which has a null for each of them. */
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
