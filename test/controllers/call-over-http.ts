import { request as httpRequest } from 'node:http'
import type { Call, ControllerRequest, NoReply, Reply } from './call.ts'

/**
 * Calls a real server at `base`, in place of the address inside the cluster that the manifests have. Each call makes a new
 * connection, as both controllers do.
 */
export function callOverHttp(base: string): Call {
  return async (url, request) => {
    const { pathname, search } = new URL(url)
    return send(new URL(`${pathname}${search}`, base), request)
  }
}

function send(url: URL, request: ControllerRequest): Promise<Reply | NoReply> {
  const { method, headers, body, timeoutMs } = request
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ failure: error.message })
    const signal = AbortSignal.timeout(timeoutMs)
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = httpRequest(url, { method, headers: { ...headers, ...length }, agent: false, signal })
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', fail)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: flat(incoming.headers),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    outgoing.end(body)
  })
}

const flat = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
