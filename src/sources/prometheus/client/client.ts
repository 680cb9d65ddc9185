import { AsyncLocalStorage } from 'node:async_hooks'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import pLimit from 'p-limit'
import { PrometheusDriver } from 'prometheus-query'
import { inSpan } from '../../../in-span.ts'
import { checkResponse } from './check-response.ts'
import type { QueryResult, Series } from './query-result.ts'
import { field } from './read-result.ts'
import { retrying } from './retrying.ts'
import { SourceError } from './source-error.ts'
import type { SourceSettings } from '../../source-settings.ts'
import { timedOut, toSourceError } from './to-source-error.ts'
import { createTurns, type InTurns } from './turns.ts'

/** Sends queries to one source. Every failure is a SourceError; an abort of the signal has the kind source-timeout. */
export interface PrometheusClient {
  /** At a moment, in Unix seconds; undefined = now by the server's clock. */
  instant(query: string, at: number | undefined, signal: AbortSignal): Promise<QueryResult>
  /** Unix seconds. */
  range(query: string, window: RangeWindow, signal: AbortSignal): Promise<QueryResult>
  /** Label sets of what a selector finds between two moments, in Unix seconds. */
  series(selector: string, span: Span, signal: AbortSignal): Promise<readonly Series['labels'][]>
  /** Names of the metrics that there are between two moments. */
  metricNames(span: Span, signal: AbortSignal): Promise<readonly string[]>
  close(): void
}

export interface Span {
  readonly start: number
  readonly end: number
}

export interface RangeWindow extends Span {
  readonly stepSeconds: number
}

export interface ClientOptions {
  readonly settings: SourceSettings
  readonly concurrency?: number
  readonly maxResponseBytes?: number
  readonly attempts?: number
  readonly retryDelayMs?: number
  readonly random?: () => number
  /** For large answers. */
  readonly inTurns?: InTurns
  /** Called once for each query with its outcome. */
  readonly observe?: (outcome: string, seconds: number) => void
}

/** Reading an answer blocks the event loop: an answer of this size for about a tenth of a second. */
const MOST_BYTES = 16 * 1024 * 1024
/** Reading a larger answer takes about a millisecond and longer. */
const LARGE_BYTES = 64 * 1024

interface Call extends CallOptions {
  readonly signal: AbortSignal
  result?: QueryResult
}

interface CallOptions {
  readonly withoutTime?: boolean
  /** Only a matrix is accepted. */
  readonly overTime?: boolean
}

/** Adds deadlines, aborts, limits and one kind of error to prometheus-query. */
export function createClient(options: ClientOptions): PrometheusClient {
  const { settings, concurrency = 8, attempts = 3, retryDelayMs = 150, random = Math.random } = options
  const agents = createAgents(settings)
  const calls = new AsyncLocalStorage<Call>()
  const driver = createDriver(options, agents, calls)
  const limit = pLimit(concurrency)

  const ask = (
    run: () => Promise<unknown>,
    signal: AbortSignal,
    how: CallOptions = {},
  ): Promise<QueryResult> => {
    const once = async (): Promise<QueryResult> => {
      const call: Call = { signal, ...how }
      if (signal.aborted) throw timedOut()
      try {
        await calls.run(call, run)
      } catch (error) {
        throw toSourceError(error, signal)
      }
      if (call.result === undefined) throw new SourceError('source-invalid', 'Prometheus gave no answer')
      return call.result
    }
    return observed(options.observe, (begin) => {
      // a query that waits to be repeated gives its turn to another one
      const turn = (): Promise<QueryResult> =>
        limit(() => {
          begin()
          return once()
        })
      return retrying(turn, { attempts, firstDelayMs: retryDelayMs, signal, random })
    })
  }
  return {
    instant: (query, at, signal) =>
      inSpan('query', { 'db.query.text': query }, () =>
        ask(() => driver.instantQuery(query, new Date((at ?? 0) * 1000)), signal, {
          withoutTime: at === undefined,
        }),
      ),
    range: (query, { start, end, stepSeconds }, signal) => {
      const asked = (): Promise<unknown> =>
        driver.rangeQuery(query, new Date(start * 1000), new Date(end * 1000), stepSeconds)
      return inSpan('query', { 'db.query.text': query }, () => ask(asked, signal, { overTime: true }))
    },
    series: async (selector, { start, end }, signal) => {
      const asked = (): Promise<unknown> =>
        driver.series(selector, new Date(start * 1000), new Date(end * 1000))
      return (await ask(asked, signal)).found?.labels ?? []
    },
    metricNames: async ({ start, end }, signal) => {
      const asked = (): Promise<unknown> =>
        driver.labelValues('__name__', undefined, new Date(start * 1000), new Date(end * 1000))
      return (await ask(asked, signal)).found?.texts ?? []
    },
    close: () => {
      agents.httpAgent.destroy()
      agents.httpsAgent.destroy()
    },
  }
}

interface Agents {
  readonly httpAgent: HttpAgent
  readonly httpsAgent: HttpsAgent
}

function createAgents({ tls }: SourceSettings): Agents {
  const pool = { keepAlive: true, maxSockets: 16, timeout: 30_000 }
  return {
    httpAgent: new HttpAgent(pool),
    httpsAgent: new HttpsAgent({
      ...pool,
      ...(tls?.ca !== undefined && { ca: tls.ca }),
      ...(tls?.cert !== undefined && { cert: tls.cert }),
      ...(tls?.key !== undefined && { key: tls.key.reveal() }),
      ...(tls?.serverName !== undefined && { servername: tls.serverName }),
    }),
  }
}

function createDriver(
  { settings, maxResponseBytes = MOST_BYTES, inTurns = createTurns() }: ClientOptions,
  agents: Agents,
  calls: AsyncLocalStorage<Call>,
): PrometheusDriver {
  return new PrometheusDriver({
    endpoint: settings.url,
    preferPost: true,
    requestInterceptor: {
      onFulfilled: (config) => {
        const call = calls.getStore()
        if (call === undefined) throw new SourceError('source-invalid', 'a query outside of a call')
        if (call.withoutTime === true && config.data instanceof URLSearchParams) config.data.delete('time')
        if (isNear(settings)) config.headers.set('Accept-Encoding', 'identity')
        for (const [name, value] of authorized(settings)) config.headers.set(name, value)
        return Object.assign(config, agents, {
          signal: call.signal,
          timeout: 0,
          proxy: false,
          maxRedirects: 0,
          maxContentLength: maxResponseBytes,
          responseType: 'arraybuffer',
          validateStatus: () => true,
          transformResponse: [(body: unknown) => body],
        })
      },
    },
    responseInterceptor: {
      onFulfilled: async (response) => {
        const retryAfter = field(response.headers, 'retry-after')
        const call = calls.getStore()
        const body = Buffer.isBuffer(response.data) ? response.data : Buffer.alloc(0)
        const read = (): QueryResult =>
          checkResponse({
            status: response.status,
            body,
            ...(typeof retryAfter === 'string' && { retryAfter }),
            ...(call?.overTime === true && { overTime: true }),
          })
        const result = body.length > LARGE_BYTES ? await inTurns(read) : read()
        if (call !== undefined) call.result = result
        // the result has been read above, because the driver loses infinities and fails at histograms
        const nothing = result.found === undefined ? { resultType: 'vector', result: [] } : []
        response.data = { status: 'success', data: nothing }
        return response
      },
      // the driver would lose the reason when a part of the answer had arrived
      onRejected: (error) => {
        throw toSourceError(error, calls.getStore()?.signal)
      },
    },
  })
}

/** Whether the server is in the same network, as without TLS. There compressing an answer doubles the time of a query. */
function isNear({ url }: SourceSettings): boolean {
  return url.startsWith('http:')
}

/** The headers with secrets. They are read for each request, so that only the request holds them. */
function authorized({ headers, auth }: SourceSettings): readonly (readonly [string, string])[] {
  const own = Object.entries(headers).map(([name, value]) => [name, value.reveal()] as const)
  if (auth === undefined) return own
  if (auth.kind === 'bearer') return [...own, ['Authorization', `Bearer ${auth.token.reveal()}`]]
  const pair = Buffer.from(`${auth.username}:${auth.password.reveal()}`).toString('base64')
  return [...own, ['Authorization', `Basic ${pair}`]]
}

/** Measures a query from its first turn on, without the wait for that turn. */
async function observed<T>(
  observe: ClientOptions['observe'],
  run: (begin: () => void) => Promise<T>,
): Promise<T> {
  let begun: number | undefined
  const seconds = (): number => (begun === undefined ? 0 : (performance.now() - begun) / 1000)
  try {
    const result = await run(() => {
      begun ??= performance.now()
    })
    observe?.('ok', seconds())
    return result
  } catch (error) {
    observe?.(error instanceof SourceError ? error.kind : 'internal', seconds())
    throw error
  }
}
