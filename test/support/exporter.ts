import { createServer } from 'node:http'

export interface Exporter {
  /** host:port, the same for all pods; each has its own path. */
  readonly address: string
  readonly pathOf: (pod: string) => string
  /** What the pod answers from now on: lines of the text format, without timestamps. Undefined = it is not there. */
  show(pod: string, lines: readonly string[] | undefined): void
  /**
   * Resolves when so many more scrapes have reached the pod, there or not. All but the last of them are stored by
   * then.
   */
  scraped(pod: string, times: number): Promise<void>
  close(): Promise<void>
}

/** Pods that a Prometheus can scrape, in one server. A pod that is not there breaks the connection off. */
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
