import { createServer } from 'node:http'

export interface CountingProxy {
  readonly url: string
  /** Points that went through since it was asked last. */
  take(): { readonly points: number; readonly queries: number }
  close(): void
}

/** Passes queries on and counts the points of the answers. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let points = 0
  let queries = 0
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(Buffer.from(chunk))
      const answer = await fetch(`${target}${request.url ?? ''}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      })
      const body = await answer.text()
      queries += 1
      // every point is a pair of time and quoted value
      points += body.match(/\[\d+(?:\.\d+)?,"/g)?.length ?? 0
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body)
    }
    pass().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    take() {
      const taken = { points, queries }
      points = 0
      queries = 0
      return taken
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
