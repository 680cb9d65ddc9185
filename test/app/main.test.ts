import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MainProcess, runMain } from '../support/service/run-main.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-main-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

const config = async (yaml: string): Promise<string> => {
  const path = join(folder, 'judge.yaml')
  await writeFile(path, yaml)
  return path
}

const portOf = async (main: MainProcess): Promise<number> => Number((await main.line('ready'))['port'])
const since = (start: number): number => performance.now() - start

test('a wrong configuration prints every mistake and exits 2', async () => {
  await using main = await runMain({
    PORT: 'abc',
    CANARY_JUDGE_TOKENS: 'x:read:hunter2',
    CANARY_JUDGE_CONFIG: await config('hots: x\nlogLevel: loud\n'),
  })
  expect(await main.ended).toEqual({ code: 2, signal: null })
  expect(main.stderr()).toBe(`canary-judge: 4 mistakes in the configuration
  PORT: expected a whole number from 0 to 65535, got "abc"
  CANARY_JUDGE_TOKENS[0]: expected a token of at least 16 characters, got 7
  judge.yaml: line 2, column 11: logLevel: expected one of debug, info, warn, error, silent, got "loud"
  judge.yaml: line 1, column 1: hots: unknown key "hots", did you mean host?
`)
  expect(main.lines).toEqual([])
})

test('a default policy that does not exist prints the mistake and exits 2', async () => {
  await using main = await runMain({ CANARY_JUDGE_CONFIG: await config('defaultPolicy: istoi') })
  expect(await main.ended).toEqual({ code: 2, signal: null })
  expect(main.stderr()).toContain('defaultPolicy: expected one of the loaded policies')
})

test('a port that is taken is said, and exits 1', async () => {
  await using first = await runMain({})
  const port = await portOf(first)
  await using second = await runMain({ PORT: String(port) })
  expect(await second.ended).toEqual({ code: 1, signal: null })
  expect(second.stderr()).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s with idle connections ends within two seconds',
  async (signal) => {
    await using main = await runMain({})
    const port = await portOf(main)
    const agent = new Agent({ keepAlive: true })
    const idle = request({ port, host: '127.0.0.1', path: '/healthz', agent }).end()
    const [response] = await once(idle, 'response')
    response.resume()
    await once(response, 'end')
    const silent = connect(port, '127.0.0.1')
    await once(silent, 'connect')
    const start = performance.now()
    main.child.kill(signal)
    expect(await main.ended).toEqual({ code: 0, signal: null })
    expect(since(start)).toBeLessThan(2000)
    expect(main.lines.at(-1)).toContain('"msg":"stopped"')
    agent.destroy()
    silent.destroy()
  },
)

test('SIGTERM lets a request under way finish, refuses new connections, and shows it at /readyz first', async () => {
  await using main = await runMain({ CANARY_JUDGE_CONFIG: await config('shutdown: {delay: 500ms}') })
  const port = await portOf(main)
  const policy = 'name: web\nmetrics: [{name: errors, kind: errors}]\n'
  const socket = connect(port, '127.0.0.1')
  const answer: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answer.push(chunk))
  socket.write(
    'POST /v1/policies/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\n' +
      `Content-Length: ${policy.length}\r\n\r\n${policy.slice(0, 5)}`,
  )
  await once(socket, 'connect')
  main.child.kill('SIGTERM')
  await main.line('stopping')
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
  expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close'])
  expect(await ready.json()).toMatchObject({ status: 'stopping' })
  await main.line('no new connections')
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed')
  socket.write(policy.slice(5))
  await once(socket, 'close')
  expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*"valid":true/s)
  expect(await main.ended).toEqual({ code: 0, signal: null })
})

test('a request that outlasts the deadline is cut off, and the process ends well', async () => {
  await using main = await runMain({ CANARY_JUDGE_CONFIG: await config('shutdown: {deadline: 300ms}') })
  const port = await portOf(main)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    'POST /v1/policies/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/yaml\r\nContent-Length: 99\r\n\r\n',
  )
  await once(socket, 'connect')
  // The answer shows that the earlier request has arrived.
  await fetch(`http://127.0.0.1:${port}/healthz`)
  main.child.kill('SIGTERM')
  expect(await main.ended).toEqual({ code: 0, signal: null })
  await main.line('the deadline passed: requests under way were cut off')
})

test('a second signal ends it at once', async () => {
  await using main = await runMain({ CANARY_JUDGE_CONFIG: await config('shutdown: {delay: 60s}') })
  await portOf(main)
  main.child.kill('SIGTERM')
  await main.line('stopping')
  main.child.kill('SIGINT')
  expect(await main.ended).toEqual({ code: 1, signal: null })
})
