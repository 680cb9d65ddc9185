import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ControllerRequest } from './call.ts'
import { callOverHttp } from './call-over-http.ts'
import { exchange } from './exchange.ts'
import { createFakeService, status } from './fake-service.ts'
import { createSimulatedClock } from './simulated-clock.ts'

const request: ControllerRequest = { method: 'POST', headers: { a: 'b' }, body: '{}', timeoutMs: 10_000 }

describe('exchange(url, request)', () => {
  test('turns name and password of the address into Basic authentication', async () => {
    const { call, requests } = createFakeService({ '/x': [status(200)] })
    await exchange('http://judge:s%40crt@host/x', request, { call, clock: createSimulatedClock(0) })
    const Authorization = `Basic ${Buffer.from('judge:s@crt').toString('base64')}`
    expect(requests).toEqual([
      { url: 'http://host/x', request: { ...request, headers: { a: 'b', Authorization } } },
    ])
  })

  test('keeps method and body over a 307, within one timeout', async () => {
    const clock = createSimulatedClock(0)
    const { call, requests } = createFakeService({
      '/x': [{ status: 307, headers: { location: '/y' }, body: '', tookMs: 6000 }],
      '/y': [{ status: 200, body: '', tookMs: 6000 }],
    })
    expect(await exchange('http://host/x', request, { call, clock })).toEqual({ failure: 'timeout' })
    expect(requests[1]?.request).toEqual({ ...request, timeoutMs: 4000 })
    expect(clock.now()).toBe(10_000)
  })

  test('gives up after ten redirects', async () => {
    const { call } = createFakeService({ '/x': [status(303, '', { location: '/x' })] })
    const reply = await exchange('http://host/x', request, { call, clock: createSimulatedClock(0) })
    expect(reply).toEqual({ failure: 'stopped after 10 redirects' })
  })

  test('takes a redirect without a place to go to for an answer', async () => {
    const { call } = createFakeService({ '/x': [status(302)] })
    const reply = await exchange('http://host/x', request, { call, clock: createSimulatedClock(0) })
    expect(reply).toMatchObject({ status: 302 })
  })
})

describe('callOverHttp(base)', () => {
  const open: Server[] = []
  afterEach(() => {
    for (const server of open.splice(0)) server.close()
  })
  const serve = (answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<string> => {
    const server = createServer(answer)
    open.push(server)
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const { port } = z.object({ port: z.int() }).parse(server.address())
        resolve(`http://127.0.0.1:${port}`)
      })
    })
  }

  test('sends path, headers and body to the base and gives back the whole answer', async () => {
    const base = await serve((incoming, outgoing) => {
      let body = ''
      incoming.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      incoming.on('end', () => {
        outgoing.writeHead(418, { 'Retry-After': '3' })
        outgoing.end(`${incoming.method} ${incoming.url} ${String(incoming.headers['a'])} ${body}`)
      })
    })
    const reply = await callOverHttp(base)('http://canary-judge.ns:8080/v1/argo?x=1', request)
    expect(reply).toMatchObject({ status: 418, body: 'POST /v1/argo?x=1 b {}' })
    expect('headers' in reply && reply.headers?.['retry-after']).toBe('3')
  })

  test('gives a failure when no server listens, and when the connection breaks', async () => {
    expect(await callOverHttp('http://127.0.0.1:1')('http://judge/x', request)).toMatchObject({
      failure: expect.stringContaining('ECONNREFUSED'),
    })
    const base = await serve((incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' })
      outgoing.write('half', () => incoming.socket.destroy())
    })
    expect(await callOverHttp(base)('http://judge/x', request)).toHaveProperty('failure')
  })

  test('gives a failure when the answer is late', async () => {
    const base = await serve(() => undefined)
    const reply = await callOverHttp(base)('http://judge/x', { ...request, timeoutMs: 20 })
    expect(reply).toHaveProperty('failure')
    open.at(-1)?.closeAllConnections()
  })
})
