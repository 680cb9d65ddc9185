import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A status with headers, or no answer. */
export type StandInAnswer = { readonly status: number; readonly headers?: Record<string, string> } | 'nothing'

export interface MessageStandIn {
  readonly url: string
  readonly received: readonly Received[]
  /** The answers to the next requests, one for each; later requests get 200. */
  readonly answers: StandInAnswer[]
  /** Resolves when this many requests have come since the start. */
  count(least: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A real server on loopback in place of a chat, a pager or a webhook. It keeps the requests that it got. */
export async function startStandIn(...answers: StandInAnswer[]): Promise<MessageStandIn> {
  const received: Received[] = []
  const waiting: (() => void)[] = []
  const answer = (response: ServerResponse): void => {
    const next = answers.shift() ?? { status: 200 }
    if (next === 'nothing') return
    response.writeHead(next.status, next.headers)
    response.end('{"ok": true}')
  }
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const { method = '', url = '', headers } = request
    received.push({ method, path: url, headers, body })
    answer(response)
    for (const resume of waiting.splice(0)) resume()
  }
  const server = createServer((request, response) => void receive(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answers,
    async count(least) {
      while (received.length < least) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        await promise
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
