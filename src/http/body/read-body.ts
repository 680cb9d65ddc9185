import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { AppError } from '../../errors.ts'

/** How many bytes to read from a refused body: many clients write the whole body before they read the answer. */
const drainBytes = 1024 * 1024
/** How long to wait for them; a client that sends nothing more reads the answer. */
const drainMs = 1000

/**
 * The largest ratio of compression. JSON shrinks to a tenth or a fiftieth; a body that shrinks more is probably an
 * attack.
 */
const maxRatio = 100
/** Below this size the ratio is not checked. */
const freeBytes = 64 * 1024

/**
 * The decompressed body. The limit holds for the compressed and the decompressed size, and their ratio is limited too.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const body = inflate(request, encoding)
  try {
    return await collect(request, body, maxBytes)
  } catch (error) {
    if (body !== request) request.unpipe()
    if (error instanceof AppError) await drain(request)
    throw error instanceof AppError ? error : toBodyError(encoding, error)
  } finally {
    if (body !== request) body.destroy()
  }
}

function inflate(request: IncomingMessage, encoding: string): Readable {
  switch (encoding) {
    case 'identity':
      return request
    case 'gzip':
      return request.pipe(createGunzip())
    case 'deflate':
      return request.pipe(createInflate())
    case 'br':
      return request.pipe(createBrotliDecompress())
    default:
      throw new AppError(
        'unsupported-media-type',
        `expected Content-Encoding gzip, deflate, br or none, got "${encoding.slice(0, 40)}"`,
      )
  }
}

function collect(request: IncomingMessage, body: Readable, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const tooLarge = (): void =>
    reject(new AppError('body-too-large', `expected a body of at most ${maxBytes} bytes, got more`))
  const chunks: Buffer[] = []
  let bytes = 0
  let arrived = 0
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) tooLarge()
  request.on('data', (chunk: Buffer) => {
    arrived += chunk.length
    if (arrived > maxBytes) tooLarge()
  })
  request.on('error', reject)
  // the request also closes after a complete body, while the decompression is still running
  request.on('close', () => {
    if (!request.complete) reject(new Error('the client went away'))
  })
  body.on('error', reject)
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) tooLarge()
    else if (bytes > freeBytes && bytes > maxRatio * arrived) {
      reject(
        new AppError('body-too-large', `expected a body that inflates to at most ${maxRatio} times its size`),
      )
    } else chunks.push(chunk)
  })
  body.on('end', () => resolve(Buffer.concat(chunks, bytes)))
  return promise
}

/** Resolves when the rest was read, or when it is too large or too slow; then the client's connection is closed. */
function drain(request: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const patience = setTimeout(resolve, drainMs)
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > drainBytes) resolve()
  })
  request.on('end', resolve)
  request.on('close', resolve)
  if (request.readableEnded || request.destroyed) resolve()
  request.resume()
  return promise.finally(() => clearTimeout(patience))
}

function toBodyError(encoding: string, cause: unknown): AppError {
  const expected = encoding === 'identity' ? 'a complete body' : `a complete body encoded as ${encoding}`
  return new AppError('bad-request', `expected ${expected}`, { cause })
}
