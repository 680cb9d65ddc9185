import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SourceSettings } from '../../../src/sources/source-settings.ts'

export interface StubServer {
  readonly url: string
  readonly requests: readonly StubRequest[]
  connections(): Promise<number>
  stop(): Promise<void>
}

export interface StubRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

export type Answer = (request: StubRequest, response: ServerResponse, index: number) => void

/** A real HTTP server on loopback with the answers of the test. */
export async function startStub(answer: Answer): Promise<StubServer> {
  const requests: StubRequest[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        form: new URLSearchParams(Buffer.concat(chunks).toString('utf8')),
      }
      answer(request, response, requests.push(request) - 1)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    url: `http://127.0.0.1:${addressOf(server.address()).port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const json = (status: number, body: unknown): Answer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}

export const vector = (...result: readonly unknown[]): object => ({
  status: 'success',
  data: { resultType: 'vector', result },
})

export const matrix = (...result: readonly unknown[]): object => ({
  status: 'success',
  data: { resultType: 'matrix', result },
})

export function settingsOf(url: string, more: Partial<SourceSettings> = {}): SourceSettings {
  return { url, headers: {}, timeoutMs: 2000, ...more }
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return address
}
