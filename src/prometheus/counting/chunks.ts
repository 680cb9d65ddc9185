import type { Sample } from '../../analysis/recording.ts'
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

/** One number of one row over the first slices. */
export function readChunks(
  chunks: readonly Chunk[],
  { row, offset, width }: { readonly row: number; readonly offset: number; readonly width: number },
  slices: number,
): readonly Sample[] {
  const samples: Sample[] = []
  for (const { slices: inside, rows, data } of chunks) {
    const count = Math.min(inside, slices - samples.length)
    const isThere = row < rows && offset < width
    for (let k = 0; k < count; k++) {
      samples.push(isThere ? sampleOf(data[(k * rows + row) * width + offset]) : null)
    }
  }
  return samples
}
