import { connect } from 'node:net'

/** Sends the bytes unchanged and gives all bytes until the connection ends or a stream of events begins. */
export function rawRequest(port: number, bytes: string | Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    if (/^content-type: text\/event-stream/im.test(chunk.toString('latin1'))) socket.destroy()
  })
  socket.on('error', reject)
  socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
  return promise
}
