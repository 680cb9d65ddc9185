import { createServer } from 'node:http'

export interface Exporter {
  /** host:port, which all pods share; each has its own path. */
  readonly address: string
  readonly pathOf: (pod: string) => string
  /** Sets the answer of the pod: lines of the text format, without timestamps. Undefined = the pod does not exist. */
  show(pod: string, lines: readonly string[] | undefined): void
  /**
   * Resolves when this many more scrapes have reached the pod, whether it exists or not. By then all but the last are
   * stored.
   */
  scraped(pod: string, times: number): Promise<void>
  close(): Promise<void>
}

/** One server with pods that a Prometheus can scrape. For a pod that does not exist it closes the connection. */
export const startExporter = async (): Promise<Exporter> => {
  const pods = new Map<string, readonly string[]>()
  const waiting = new Set<{ readonly path: string; left: number; readonly done: () => void }>()
  const pathOf = (pod: string): string => `/${encodeURIComponent(pod)}`
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const lines = pods.get(path)
    if (lines === undefined) request.socket.destroy()
    else response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`)
    for (const waiter of waiting) {
      if (waiter.path !== path || --waiter.left > 0) continue
      waiting.delete(waiter)
      waiter.done()
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('expected a TCP address')
  return {
    address: `127.0.0.1:${bound.port}`,
    pathOf,
    show: (pod, lines) => {
      if (lines === undefined) pods.delete(pathOf(pod))
      else pods.set(pathOf(pod), lines)
    },
    scraped: (pod, times) =>
      new Promise((done) => void waiting.add({ path: pathOf(pod), left: times, done: () => done() })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
