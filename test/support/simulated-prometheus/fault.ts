import type { ServerResponse } from 'node:http'
import type { Answer } from './answer-call.ts'

/** The faults that a server can have. */
export type Fault =
  /** The server closes connections. */
  | { readonly kind: 'down' }
  /** The answer comes late, or too late for any client. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The answer comes byte by byte, with this many milliseconds between two bytes. */
  | { readonly kind: 'dripping'; readonly everyMs: number }
  /** A proxy in front of the server answers: 503 with a text, 401, a redirect. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The answer is 200 with a login page. */
  | { readonly kind: 'html' }
  /** Only the first half of the answer comes, with the length of the whole, or ended as if it were the whole. */
  | { readonly kind: 'truncated'; readonly honest: boolean }
  /** The whole answer comes with warnings, as when a part of the data could not be read. */
  | { readonly kind: 'warnings'; readonly warnings: readonly string[] }
  /** Every range that has a sample has this many, however short it is. */
  | { readonly kind: 'flood'; readonly samples: number }

/** Sends the answer with the fault. Returns a function that stops the rest of the answer. */
export function sendFaulty(fault: Fault | undefined, answer: Answer, response: ServerResponse): () => void {
  switch (fault?.kind) {
    case undefined:
      return send(response, answer)
    case 'down':
      response.destroy()
      return nothing
    case 'slow':
      return later(fault.ms, () => send(response, answer))
    case 'dripping':
      return drip(response, answer, fault.everyMs)
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'text/plain', ...fault.headers })
      response.end(fault.body ?? '')
      return nothing
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<!doctype html><title>Sign in</title><p>Please sign in.</p>\n')
      return nothing
    case 'truncated':
      return truncate(response, answer, fault.honest)
    case 'warnings':
      return send(response, withWarnings(answer, fault.warnings))
    case 'flood':
      return flood(response, answer, fault.samples)
    default:
      return fault satisfies never
  }
}

const json = { 'content-type': 'application/json' } as const

function nothing(): void {
  // the answer is already being sent
}

function send(response: ServerResponse, { status, body }: Answer): () => void {
  response.writeHead(status, { ...json, 'content-length': Buffer.byteLength(body) }).end(body)
  return nothing
}

function later(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

function drip(response: ServerResponse, { status, body }: Answer, everyMs: number): () => void {
  const bytes = Buffer.from(body)
  response.writeHead(status, json)
  let sent = 0
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, ++sent))
    if (sent < bytes.length) return
    clearInterval(timer)
    response.end()
  }, everyMs)
  return () => clearInterval(timer)
}

function truncate(response: ServerResponse, { status, body }: Answer, honest: boolean): () => void {
  const half = body.slice(0, body.length / 2)
  if (honest) return send(response, { status, body: half })
  response.writeHead(status, { ...json, 'content-length': Buffer.byteLength(body) })
  response.write(half, () => void response.destroy())
  return nothing
}

function withWarnings({ status, body }: Answer, warnings: readonly string[]): Answer {
  return { status, body: `${body.slice(0, -1)},"warnings":${JSON.stringify(warnings)}}` }
}

const pointsOfCopy = 100
const copiesAtOnce = 50

/** Sends the first series of a range again and again, as fast as the client reads. */
function flood(response: ServerResponse, answer: Answer, samples: number): () => void {
  const [, head = '', metric = '', point = ''] = matrixStart.exec(answer.body) ?? []
  if (point === '') return send(response, answer)
  const values = Array.from({ length: pointsOfCopy }, () => point).join(',')
  const copy = `{"metric":${metric},"values":[${values}]}`
  const part = Array.from({ length: copiesAtOnce }, () => copy).join(',')
  let left = Math.ceil(samples / pointsOfCopy / copiesAtOnce)
  response.writeHead(answer.status, json).write(head)
  const go = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1
      if (!response.write(left > 0 ? `${part},` : `${part}]}}`)) return void response.once('drain', go)
    }
    response.end()
  }
  go()
  return nothing
}

const matrixStart = /^(.*?"resultType":"matrix","result":\[)\{"metric":(\{.*?\}),"values":\[(\[.*?\])/
