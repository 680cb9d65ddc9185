import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answerCall, type Held } from './answer-call.ts'
import { sendFaulty, type Fault } from './fault.ts'
import type { Matcher } from './matcher.ts'
import type { SimulatedSeries } from './simulated-series.ts'

export interface SimulatedPrometheusOptions {
  /** The time of the server: later samples have not been scraped yet. */
  readonly clock: { readonly now: () => number }
  readonly series?: readonly SimulatedSeries[]
  /** Whether lookback and ranges leave out their start, as they do since version 3. */
  readonly version?: 2 | 3
  /** How long a sample is valid; by default five minutes, as in Prometheus. */
  readonly lookbackMs?: number
  /** Instant queries do not see samples that are younger than this, as in VictoriaMetrics. */
  readonly latencyMs?: number
  /** Called once for each request, when its parameters have been read. */
  readonly onCall?: (call: ServedCall) => void
}

export interface ServedCall {
  readonly path: string
  readonly params: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Bytes of the answer, without the fault. */
  readonly bytes: number
}

export interface SimulatedPrometheus {
  /** The base address without a slash at the end. */
  readonly url: string
  /** Replaces the series of the server. */
  load(series: readonly SimulatedSeries[]): void
  /** Sets the fault of all later requests, or of this many; undefined for none. */
  setFault(fault: Fault | undefined, calls?: number): void
  close(): Promise<void>
}

const versions = { 2: '2.42.0', 3: '3.5.0' } as const

/** Starts a server on loopback that answers the queries of a metric source from series in memory. */
export async function startSimulatedPrometheus(
  options: SimulatedPrometheusOptions,
): Promise<SimulatedPrometheus> {
  const { clock, version = 2, lookbackMs = 300_000, latencyMs = 0, onCall } = options
  let store = storeOf(options.series ?? [])
  const faults = createFaults()
  const underWay = new Set<() => void>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { path, params } = await readCall(request)
    const held: Held = {
      ...store,
      now: clock.now(),
      lookbackMs,
      latencyMs,
      leftOpen: version === 3,
      version: versions[version],
    }
    const given = answerCall(path, params, held) ?? { status: 404, body: '404 page not found\n' }
    onCall?.({ path, params, headers: request.headers, bytes: Buffer.byteLength(given.body) })
    const stop = sendFaulty(faults.next(), given, response)
    underWay.add(stop)
    response.once('close', () => {
      stop()
      underWay.delete(stop)
    })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('expected a TCP address')
  return {
    url: `http://127.0.0.1:${bound.port}`,
    load: (series) => {
      store = storeOf(series)
    },
    setFault: faults.set,
    close: () =>
      new Promise((resolve) => {
        for (const stop of underWay) stop()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function createFaults(): {
  readonly set: SimulatedPrometheus['setFault']
  readonly next: () => Fault | undefined
} {
  let fault: Fault | undefined
  let left = 0
  return {
    set: (next, calls = Infinity) => {
      fault = next
      left = calls
    },
    next: () => (left-- > 0 ? fault : undefined),
  }
}

/** Parameters of the body come before those of the URL, as in Go. */
async function readCall(
  request: IncomingMessage,
): Promise<{ readonly path: string; readonly params: URLSearchParams }> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const params = new URLSearchParams(Buffer.concat(chunks).toString())
  for (const [name, value] of url.searchParams) params.append(name, value)
  return { path: decodeURI(url.pathname), params }
}

/** Removes empty labels, which count as missing. */
function storeOf(given: readonly SimulatedSeries[]): Pick<Held, 'series' | 'candidates'> {
  const series = given.map((one) => {
    const labels = Object.entries(one.labels).filter(([, value]) => value !== '')
    return { ...one, labels: Object.fromEntries(labels) }
  })
  const byName = Map.groupBy(series, ({ labels }) => labels['__name__'] ?? '')
  const candidates = (matchers: readonly Matcher[]): readonly SimulatedSeries[] => {
    const name = matchers.find(({ label, operator }) => label === '__name__' && operator === '=')
    return name === undefined ? series : (byName.get(name.value) ?? [])
  }
  return { series, candidates }
}
