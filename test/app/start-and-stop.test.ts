import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { createApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/app/config/config.ts'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { rawRequest } from '../support/service/raw-request.ts'
import { loopback, runApp } from '../support/service/run-app.ts'
import { startStopwatch } from '../support/measures/stopwatch.ts'

const quiet = createLogger('silent')

/** A port for a service whose port must be known before it starts. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

test('start() answers /readyz 503 and history 503 while the store opens', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { config } = await readConfig({ ...loopback, PORT: String(port) })
  const opening = Promise.withResolvers<VerdictStore>()
  const asked = Promise.withResolvers<void>()
  const app = createApp(config, {
    logger: quiet,
    openStore: () => {
      asked.resolve()
      return opening.promise
    },
  })
  const started = app.start()
  await asked.promise
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'starting' }])
  const runs = await fetch(`${url}/v1/runs`)
  expect([runs.status, await runs.json()]).toMatchObject([503, { code: 'store-unavailable' }])
  await using other = await runApp()
  opening.resolve(other.store)
  await started
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  await app.stop()
})

test('start() accepts no connection before policies are loaded', async () => {
  const port = await freePort()
  const { config } = await readConfig({ ...loopback, PORT: String(port) })
  const app = createApp(config, { logger: quiet })
  const answers: string[] = []
  const started = app.start()
  while (app.health.state === 'starting') {
    const asked = fetch(`http://127.0.0.1:${port}/v1/policies`)
    answers.push(
      await asked.then(
        (answer) => answer.text(),
        () => '',
      ),
    )
  }
  await started
  expect(answers.filter((body) => body !== '' && !body.includes('"application"'))).toEqual([])
  await app.stop()
})

test('start() rejects for a store that waiting cannot mend, and leaves nothing open', async () => {
  const { config } = await readConfig(loopback)
  const app = createApp(config, {
    logger: quiet,
    openStore: async () => {
      throw new AppError('conflict', 'written by a newer version')
    },
  })
  await expect(app.start()).rejects.toThrow('written by a newer version')
  expect(app.health.state).toBe('stopping')
})

test('stop() while it starts closes the store that opens later', async () => {
  const { config } = await readConfig(loopback)
  await using other = await runApp()
  const opening = Promise.withResolvers<VerdictStore>()
  const asked = Promise.withResolvers<void>()
  const app = createApp(config, {
    logger: quiet,
    openStore: () => {
      asked.resolve()
      return opening.promise
    },
  })
  const started = app.start()
  await asked.promise
  await app.stop()
  opening.resolve(other.store)
  await started
  expect(app.health.state).toBe('stopping')
  await expect(other.store.ping()).rejects.toMatchObject({ code: 'store-unavailable' })
})

test('stop() twice is one stop, and history is closed after it', async () => {
  const running = await runApp()
  await Promise.all([running.app.stop(), running.app.stop()])
  expect(running.lines.filter((line) => line.includes('"msg":"stopped"'))).toHaveLength(1)
  await expect(fetch(`${running.url}/healthz`)).rejects.toThrow('fetch failed')
})

test('stop() does not wait for connections on which nothing was ever asked', async () => {
  const running = await runApp()
  const silent = connect(running.port, '127.0.0.1')
  await once(silent, 'connect')
  const half = connect(running.port, '127.0.0.1')
  half.write('GET /healthz HTTP/1.1\r\nHost')
  await once(half, 'connect')
  const watch = startStopwatch()
  await running.app.stop()
  expect(watch.elapsedMs()).toBeLessThan(1000)
  expect(running.lines.join('')).not.toContain('cut off')
  silent.destroy()
  half.destroy()
})

const halfRequest =
  'POST /v1/policies/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/yaml\r\nContent-Length: 99\r\n\r\nname'

test('an answer under way at stop() ends its connection, so that nothing more is asked on it', async () => {
  const running = await runApp()
  const socket = connect(running.port, '127.0.0.1')
  socket.write(halfRequest)
  await fetch(`${running.url}/healthz`)
  const stopped = running.app.stop()
  socket.write(': web'.padEnd(95))
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  expect(answer).toMatch(/^HTTP\/1\.1 422 [\s\S]*\r\nConnection: close\r\n/)
  await stopped
})

test('a request that does not arrive in time gets 408, and the service goes on', async () => {
  await using running = await runApp({
    change: (config) => ({ ...config, limits: { ...config.limits, requestTimeoutMs: 200 } }),
  })
  const answer = await rawRequest(running.port, halfRequest)
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
  expect(answer).toContain('expected the whole request within the time limit')
  expect((await fetch(`${running.url}/healthz`)).status).toBe(200)
})

test('stop() cuts off a request that outlasts the deadline', async () => {
  const running = await runApp({
    change: (config) => ({ ...config, shutdown: { delayMs: 0, deadlineMs: 50 } }),
  })
  const cut = rawRequest(running.port, halfRequest)
  await fetch(`${running.url}/healthz`)
  await running.app.stop()
  expect(await cut).toBe('')
  expect(running.lines.join('')).toContain('the deadline passed: requests under way were cut off')
})

test('a service without overrides keeps its history where the configuration says', async () => {
  const { config } = await readConfig(loopback)
  const app = createApp(config, { logger: quiet })
  const { port } = await app.start()
  const response = await fetch(`http://127.0.0.1:${port}/v1/runs`)
  expect(await response.json()).toEqual({ runs: [] })
  await app.stop()
})
