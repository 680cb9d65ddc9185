import type { Chunk } from '../../../judge/ports/ports.ts'

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
