import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { demo } from '../../../src/cli/demo/demo.ts'
import { startCli } from '../../support/service/start-cli.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const hasCurl = spawnSync('curl', ['--version']).status === 0

interface Demo {
  readonly text: string
  readonly url: string
  /** The command lines that the demo prints. */
  readonly commands: readonly string[]
  readonly folder: string
  /** A stream of what the demo prints. */
  readonly output: PassThrough
  [Symbol.asyncDispose](): Promise<void>
}

/** A clock that stands still after this many minutes. */
const minutes = (count: number) => {
  let left = count
  return async (signal: AbortSignal): Promise<void> => {
    left -= 1
    if (left < 0) await once(signal, 'abort')
  }
}

async function startDemo(env: Readonly<Record<string, string>> = {}, minute = minutes(0)): Promise<Demo> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const output = new PassThrough({ encoding: 'utf8' })
  const running = demo({ env, output, ended, minute, version: '1.2.3' })
  const [text]: unknown[] = await Promise.race([once(output, 'data'), running.then(() => [''])])
  const said = String(text)
  const commands = said.match(/^ {2}(?:curl|npm) .*$/gm) ?? []
  return {
    text: said,
    output,
    url: /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '',
    commands: commands.map((line) => line.trim()),
    folder: dirname(dirname(/--policy (\S+)/.exec(said)?.[1] ?? '')),
    async [Symbol.asyncDispose]() {
      end()
      await running
    },
  }
}

/** Runs a line in a shell in the repository, as a user pastes it. */
async function paste(line: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', line], { cwd: root })
  return stdout
}

test('demo() answers at the addresses it prints, and takes its folder away at the end', async () => {
  let folder = ''
  {
    await using running = await startDemo({ PORT: '0' })
    folder = running.folder
    expect(existsSync(folder)).toBe(true)
    const addresses = running.text.match(/http:\S+\/(?:docs|readyz|metrics)/g) ?? []
    expect(addresses).toHaveLength(3)
    const answers = await Promise.all(addresses.map((address) => fetch(address)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    // a body that is not read keeps its connection busy, and the service waits for the connection
    await Promise.all(answers.map((answer) => answer.text()))
  }
  expect(existsSync(folder)).toBe(false)
})

const finals = [
  ['healthy', 'pass'],
  ['errors-x1.5', 'fail'],
  ['latency-25', 'fail'],
  ['conversion-20', 'fail'],
  ['low-traffic', 'pass'],
]

test('demo() prints a replay that ends as the stories say', async () => {
  await using running = await startDemo({ PORT: '0' })
  const [replay = '', ...more] = running.commands.filter((line) => line.startsWith('npm'))
  expect(more).toEqual([])
  const rows = (await paste(replay)).matchAll(/^(\S+) +(pass|fail|inconclusive) /gm)
  expect([...rows].map(([, name, final]) => [name, final])).toEqual(finals)
})

test.skipIf(!hasCurl)('demo() prints curl lines that answer when pasted, one after the other', async () => {
  await using running = await startDemo({ PORT: '0' })
  const curls = running.commands.filter((line) => line.startsWith('curl'))
  const answers: string[] = []
  for (const line of curls) answers.push(await paste(line))
  const [runs = '', validated = '', ...none] = answers.slice(finals.length)
  expect(answers.slice(0, finals.length).map((answer) => /^\w+/.exec(answer)?.[0])).toEqual(
    finals.map(([, final]) => final),
  )
  const listed: { runs: readonly { name: string }[] } = JSON.parse(runs)
  expect(new Set(listed.runs.map(({ name }) => name))).toEqual(new Set(finals.map(([name]) => name)))
  expect(JSON.parse(validated)).toMatchObject({ valid: true, warnings: [], policy: { name: 'demo' } })
  expect(none).toEqual([])
})

/** What the terminal shows until each rollout has reached the wanted word. */
async function newsUntil(output: PassThrough, wanted: Readonly<Record<string, string>>): Promise<string> {
  let news = ''
  const came = ([name, word]: readonly [string, string]): boolean =>
    news.split('\n').some((line) => line.includes(` ${name} `) && line.includes(word))
  while (!Object.entries(wanted).every(came)) news += String(await once(output, 'data'))
  return news
}

/** Approves the rollout that waits, as the form of the page does. */
async function approveOnPage(url: string, name: string): Promise<void> {
  const list = await (await fetch(`${url}/?name=${name}`)).text()
  const address = `${url}${/href="(\/runs\/[^"]+)"/.exec(list)?.[1] ?? ''}`
  const page = await (await fetch(address)).text()
  const csrf = /name="csrf" value="([^"]*)"/.exec(page)?.[1] ?? ''
  const body = new URLSearchParams({ csrf, decision: 'approve', reason: 'looked at it', whole: 'yes' })
  const decided = await fetch(`${address}/decisions`, { method: 'POST', body, headers: { Origin: url } })
  expect(decided.status).toBe(200)
}

test('demo() shows all its rollouts in two minutes at a minute a second', { timeout: 120_000 }, async () => {
  await using running = await startDemo({ PORT: '0', CANARY_JUDGE_TOKENS: 'x' }, minutes(120))
  const waits = await newsUntil(running.output, { 'by-hand': 'inconclusive: ' })
  await approveOnPage(running.url, 'by-hand')
  const rest = await newsUntil(running.output, {
    'conversion-20': 'aborted',
    'low-traffic': 'promoted',
    'by-hand': 'promoted',
  })
  const lines = (waits + rest).split('\n')
  const ends = lines.flatMap((line) => {
    const [, name, how] = /^\S+ +(\S+) +v2 .* → (promoted|aborted|given up)$/.exec(line) ?? []
    return name === undefined ? [] : [[name, how]]
  })
  expect(Object.fromEntries(ends)).toEqual({
    healthy: 'promoted',
    'errors-x1.5': 'aborted',
    'latency-25': 'aborted',
    'conversion-20': 'aborted',
    'low-traffic': 'promoted',
    'by-hand': 'promoted',
  })
  expect(waits).toMatch(/^\d\d:\d\d +healthy +v2 +at 5% +inconclusive: /m)
  expect(rest).toContain('pass: approved by anonymous: looked at it')
})

test('demo() goes to a free port when 8080 is taken, unless a port was asked for', async () => {
  const other = createServer().listen(8080, '127.0.0.1')
  // Another process may already use the port, which is just as good.
  await Promise.race([once(other, 'listening'), once(other, 'error')])
  try {
    await using running = await startDemo()
    expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(running.url).not.toBe('http://127.0.0.1:8080')
    const port = new URL(running.url).port
    await expect(startDemo({ PORT: port })).rejects.toThrow('EADDRINUSE')
  } finally {
    other.close()
  }
})

test.each([
  {
    env: { PORT: 'eighty' },
    said: 'canary-judge: PORT: expected a whole number from 0 to 65535, got "eighty"',
  },
  {
    env: { PORT: '0', HOST: '203.0.113.7' },
    said: 'canary-judge: host: expected tokens to listen on "203.0.113.7", got none',
  },
  { env: { PORT: '0', TMPDIR: '/proc/none' }, said: 'canary-judge: ENOENT: no such file or directory' },
])('canary-judge demo says in one line what hinders it: $said', async ({ env, said }) => {
  await using cli = startCli(['demo'], env)
  const { code, stderr } = await cli.ended
  expect(code).toBe(3)
  expect(stderr).toContain(said)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'canary-judge demo ends with 0 at %s, even if it comes twice',
  async (signal) => {
    await using cli = startCli(['demo'], { PORT: '0' })
    const [text]: unknown[] = await once(cli.child.stdout, 'data')
    const folder = dirname(dirname(/--policy (\S+)/.exec(String(text))?.[1] ?? ''))
    expect(existsSync(folder)).toBe(true)
    cli.child.kill(signal)
    cli.child.kill(signal)
    expect(await cli.ended).toEqual({ code: 0, signal: null, stderr: '' })
    expect(existsSync(folder)).toBe(false)
  },
)

test('canary-judge demo removes its folder when the reader has closed the output', async () => {
  await using cli = startCli(['demo'], { PORT: '0' })
  const [text]: unknown[] = await once(cli.child.stdout, 'data')
  const folder = dirname(dirname(/--policy (\S+)/.exec(String(text))?.[1] ?? ''))
  expect(existsSync(folder)).toBe(true)
  const closed = once(cli.child.stdout, 'close')
  cli.child.stdout.destroy()
  await closed
  cli.child.kill('SIGTERM')
  expect(await cli.ended).toEqual({ code: 0, signal: null, stderr: '' })
  expect(existsSync(folder)).toBe(false)
})
