import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { runApp } from '../support/service/run-app.ts'

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

async function idle(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  open.push(socket)
  await once(socket, 'connect')
  return socket
}

const limited = (connections: number, connectionsPerAddress: number) =>
  runApp({
    change: (config) => ({ ...config, limits: { ...config.limits, connections, connectionsPerAddress } }),
  })

const health = async (url: string) => (await fetch(`${url}/healthz`)).status

test.each([
  ['in all', 20, 100],
  ['of one address', 100, 20],
])('idle connections up to the limit %s do not block a new one', async (_, connections, perAddress) => {
  await using running = await limited(connections, perAddress)
  const idlers: Socket[] = []
  for (let i = 0; i < 60; i++) idlers.push(await idle(running.port))
  expect(await health(running.url)).toBe(200)
  await expect.poll(() => idlers.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(20)
})

test('answers end their connections when most of the places are taken', async () => {
  await using running = await limited(10, 10)
  const before = await fetch(`${running.url}/healthz`)
  expect(before.headers.get('connection')).toBe('keep-alive')
  for (let i = 0; i < 8; i++) await idle(running.port)
  const under = await fetch(`${running.url}/healthz`)
  expect(under.headers.get('connection')).toBe('close')
})

test('with a management port metrics are answered there only, and probes at both', async () => {
  await using running = await runApp({ env: { MANAGEMENT_PORT: '0' } })
  const line = running.lines.find((each) => each.includes('probes and metrics are answered here')) ?? '{}'
  const { port }: { port: number } = JSON.parse(line)
  const status = async (at: number, path: string) => (await fetch(`http://127.0.0.1:${at}${path}`)).status
  expect(
    await Promise.all(['/healthz', '/readyz', '/metrics', '/v1/runs'].map((path) => status(port, path))),
  ).toEqual([200, 200, 200, 404])
  expect(
    await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => status(running.port, path))),
  ).toEqual([200, 200, 404])
})
