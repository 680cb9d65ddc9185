import { gzipSync, brotliCompressSync, deflateSync } from 'node:zlib'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { readBody } from '../../../src/http/body/read-body.ts'

const maxBytes = 1000

/** The results of readBody for the requests, in order. */
const outcomes: Promise<string>[] = []
let arrived = Promise.withResolvers<void>()

async function outcome(request: IncomingMessage): Promise<string> {
  try {
    return `read ${(await readBody(request, maxBytes)).toString('utf8')}`
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : `unforeseen ${String(error)}`
  }
}

const server = createServer((request, response) => {
  const result = outcome(request)
  outcomes.push(result)
  arrived.resolve()
  void result.then((text) => response.writeHead(200, { Connection: 'close' }).end(text))
})
let port = 0
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  url = `http://127.0.0.1:${port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const send = async (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) =>
  (await fetch(url, { method: 'POST', body, headers })).text()

const tooLarge = 'body-too-large: expected a body of at most 1000 bytes, got more'

test('readBody() gives a body of exactly the limit, plain or inflated', async () => {
  const text = 'x'.repeat(maxBytes)
  expect(await send(text)).toBe(`read ${text}`)
  expect(await send(gzipSync(text), { 'Content-Encoding': 'gzip' })).toBe(`read ${text}`)
  expect(await send(deflateSync(text), { 'Content-Encoding': 'deflate' })).toBe(`read ${text}`)
  expect(await send(brotliCompressSync(text), { 'Content-Encoding': ' BR ' })).toBe(`read ${text}`)
})

test('readBody() refuses one byte more', async () => {
  expect(await send('x'.repeat(maxBytes + 1))).toBe(tooLarge)
})

test('readBody() refuses a bomb: small as it comes, large inflated', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000))
  expect(bomb.length).toBeLessThan(maxBytes)
  expect(await send(bomb, { 'Content-Encoding': 'gzip' })).toBe(tooLarge)
})

test('readBody() answers a client that announces too much and sends nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1')
  socket.once('data', (chunk) => resolve(chunk.toString()))
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n')
  expect(await promise).toContain(tooLarge)
  socket.destroy()
})

test('readBody() answers a client that goes on writing far beyond the limit', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString()))
  socket.on('close', () => resolve(answer))
  socket.on('error', () => resolve(answer))
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const write = (): void => {
    while (!socket.destroyed && socket.write(`10000\r\n${chunk.toString()}\r\n`));
  }
  socket.on('drain', write)
  write()
  expect(await promise).toContain(tooLarge)
})

test('readBody() refuses what is not encoded as it says', async () => {
  expect(await send('not gzip', { 'Content-Encoding': 'gzip' })).toBe(
    'bad-request: expected a complete body encoded as gzip',
  )
  expect(await send(gzipSync('cut off').subarray(0, 12), { 'Content-Encoding': 'gzip' })).toBe(
    'bad-request: expected a complete body encoded as gzip',
  )
})

test('readBody() refuses encodings it does not know, also several', async () => {
  for (const encoding of ['zstd', 'gzip, gzip', 'x'.repeat(50)]) {
    expect(await send('x', { 'Content-Encoding': encoding })).toBe(
      `unsupported-media-type: expected Content-Encoding gzip, deflate, br or none, got "${encoding.slice(0, 40)}"`,
    )
  }
})

test('readBody() rejects when the client goes away in the middle', async () => {
  arrived = Promise.withResolvers()
  const socket = connect(port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this')
  await arrived.promise
  socket.destroy()
  expect(await outcomes.at(-1)).toBe('bad-request: expected a complete body')
})
