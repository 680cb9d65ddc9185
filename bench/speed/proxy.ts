import { createServer } from 'node:http'

export interface Asked {
  readonly path: string
  readonly method: string
  readonly body: string
}

/** Starts a server that answers each request with JSON; a failure ends the connection. */
export async function startProxy(
  answer: (asked: Asked) => Promise<{ readonly status: number; readonly body: string | Buffer }>,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(Buffer.from(chunk))
      const { status, body } = await answer({
        path: request.url ?? '',
        method: request.method ?? 'GET',
        body: Buffer.concat(chunks).toString('utf8'),
      })
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    }
    pass().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
