import { createServer } from 'node:http'

export interface CountingProxy {
  readonly url: string
  /** The queries and points that went through since the last call of this function. */
  take(): Passed
  close(): void
}

export interface Passed {
  readonly points: number
  readonly requests: readonly PassedRequest[]
}

export interface PassedRequest {
  readonly path: string
  readonly body: string
}

/** Starts a proxy that passes queries on and counts the points of the answers. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let points = 0
  let requests: PassedRequest[] = []
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
      requests.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString('utf8') })
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
      const taken = { points, requests }
      points = 0
      requests = []
      return taken
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
