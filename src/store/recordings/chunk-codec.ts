import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { promisify } from 'node:util'
import { AppError } from '../../errors.ts'
import { digestOf } from './cut-recording.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** A block has some ten megabytes at most; a larger chunk was not written by this store. */
const maxChunkBytes = 512 * 1024 * 1024

/** Compresses on Node's thread pool, and adds a checksum. */
export const packChunk = async (text: string): Promise<Uint8Array> =>
  compress(Buffer.from(text, 'utf8'), { params: { [constants.ZSTD_c_checksumFlag]: 1 } })

export const unpackChunk = async (digest: string, data: Uint8Array): Promise<string> => {
  let text: string
  try {
    const bytes = await decompress(data, { maxOutputLength: maxChunkBytes })
    text = bytes.toString('utf8')
  } catch (error) {
    throw damaged(digest, 'it cannot be decompressed', error)
  }
  if (digestOf(text) !== digest) throw damaged(digest, 'its content has another digest')
  return text
}

const damaged = (digest: string, why: string, cause?: unknown): AppError =>
  new AppError('internal', `a stored recording is damaged: chunk ${digest.slice(0, 12)}: ${why}`, { cause })
