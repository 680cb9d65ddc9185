import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import { AppError, type AppErrorCode } from '../errors.ts'
import { type ConnectionLimits, limitConnections } from './connections.ts'
import { toProblem } from './problems/problem.ts'

export interface ServerLimits extends ConnectionLimits {
  readonly maxHeaderBytes: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
}

/** PEM. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** If given, only clients with a certificate of these authorities are served. */
  readonly clientCa?: string
}

export interface HttpServer {
  /** Resolves with the address once connections are accepted. */
  listen(host: string, port: number): Promise<AddressInfo>
  /** New connections use these; open ones stay as they are. */
  useTls(tls: ServerTls): void
  /** Answers under way ask their clients to close their connections. */
  endConnections(): void
  /**
   * Accepts no new connections, lets requests under way finish until the deadline, and closes idle connections at
   * once.
   */
  close(deadlineMs: number): Promise<{ readonly cut: boolean }>
}

export function createServer(listener: RequestListener, limits: ServerLimits, tls?: ServerTls): HttpServer {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
    // Node would refuse the request without a problem document; `checkHost` sends one
    requireHostHeader: false,
  }
  const secure =
    tls === undefined
      ? undefined
      : createHttpsServer(
          { ...options, ...secureContext(tls), handshakeTimeout: limits.headersTimeoutMs },
          listener,
        )
  const server = secure ?? createHttpServer(options, listener)
  // more than the limit of this service, so that a new connection can replace an idle one
  server.maxConnections = limits.maxConnections + spareConnections
  server.on('clientError', refuseBrokenRequest)
  // Expectations other than 100-continue are ignored, as RFC 9110 allows.
  server.on('checkExpectation', listener)
  const { quiet } = limitConnections(server, limits, secure === undefined ? 'connection' : 'secureConnection')
  const answers = trackAnswers(server)
  return {
    listen: (host, port) => listen(server, host, port),
    useTls: (next) => secure?.setSecureContext(secureContext(next)),
    endConnections: () => {
      for (const answer of answers) if (!answer.headersSent) answer.setHeader('Connection', 'close')
    },
    close: (deadlineMs) => close(server, quiet, deadlineMs),
  }
}

const spareConnections = 100

const secureContext = ({ cert, key, clientCa }: ServerTls) => ({
  cert,
  key,
  minVersion: 'TLSv1.2' as const,
  ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
})

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>()
  server.once('error', reject)
  server.listen({ host, port }, () => {
    server.off('error', reject)
    const address = server.address()
    if (typeof address === 'object' && address !== null) resolve(address)
    else reject(new Error('expected a TCP address'))
  })
  return promise
}

function trackAnswers(server: Server): ReadonlySet<ServerResponse> {
  const answers = new Set<ServerResponse>()
  server.on('request', (_request, answer) => {
    answers.add(answer)
    answer.once('close', () => answers.delete(answer))
  })
  return answers
}

const idleCheckMs = 100
/** How long a request that has begun to arrive may take to arrive during a stop. */
const quietMs = 500

async function close(
  server: Server,
  quiet: ReadonlySet<Socket>,
  deadlineMs: number,
): Promise<{ readonly cut: boolean }> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let cut = false
  let closesQuiet = false
  server.close(() => resolve())
  // a connection becomes idle when its answer is sent, and only this interval closes it then
  const idle = setInterval(() => {
    server.closeIdleConnections()
    if (closesQuiet) for (const socket of quiet) socket.destroy()
  }, idleCheckMs)
  const grace = setTimeout(() => {
    closesQuiet = true
  }, quietMs)
  const deadline = setTimeout(() => {
    cut = true
    server.closeAllConnections()
  }, deadlineMs)
  await promise
  clearInterval(idle)
  clearTimeout(grace)
  clearTimeout(deadline)
  return { cut }
}

/** Answers input that cannot be read as HTTP, and so reaches no route, with a problem too. */
function refuseBrokenRequest(error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, reason, code, message } =
    brokenRequests.get('code' in error ? String(error.code) : '') ?? broken
  const requestId = randomUUID()
  const body = JSON.stringify({ ...toProblem(new AppError(code, message), requestId), status })
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

interface BrokenRequest {
  readonly status: number
  readonly reason: string
  readonly code: AppErrorCode
  readonly message: string
}

const broken: BrokenRequest = {
  status: 400,
  reason: 'Bad Request',
  code: 'bad-request',
  message: 'expected an HTTP request, got something else',
}

const brokenRequests = new Map<string, BrokenRequest>([
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: 431,
      reason: 'Request Header Fields Too Large',
      code: 'bad-request',
      message: 'expected smaller request headers',
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    {
      status: 408,
      reason: 'Request Timeout',
      code: 'bad-request',
      message: 'expected the whole request within the time limit',
    },
  ],
])
