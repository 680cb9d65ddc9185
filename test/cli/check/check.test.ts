import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCommandLine } from '../../../src/cli/command-line.ts'
import { minute, rolloutStart, type RunningJudge, runJudge } from '../../support/service/run-judge.ts'
import { childEnvironment } from '../../support/service/child-environment.ts'
import { startCli } from '../../support/service/start-cli.ts'
import { collect, fixedEngine } from '../streams.ts'

const token = 'ann-token-0123456789'
let folder = ''
let tokenFile = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-check-test-'))
  tokenFile = join(folder, 'token')
  await writeFile(tokenFile, `${token}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

let running: RunningJudge
beforeEach(async () => {
  running = await runJudge({ fixture: 'errors-x10' })
})
afterEach(() => running[Symbol.asyncDispose]())

const rollout = ['--namespace', 'shop', '--name', 'web', '--canary', 'b', '--stable', 'a']
const start = (flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  startCli(['check', '--url', running.url, '--token-file', tokenFile, ...rollout, ...flags], env)

/** Runs `check` in this process. */
async function here(flags: readonly string[] = []) {
  const streams = collect('')
  const args = ['check', '--url', running.url, '--token-file', tokenFile, ...rollout, ...flags]
  const code = await runCommandLine(args, { ...streams, engine: fixedEngine, version: '1.2.3' })
  return { code, out: streams.out(), err: streams.err() }
}

async function run(cli: ReturnType<typeof startCli>) {
  const out = await text(cli.child.stdout)
  const { code, signal, stderr } = await cli.ended
  return { code, signal, out, err: stderr }
}

describe('canary-judge check as a process', () => {
  test('exits 2 for inconclusive, with the sentence, the metrics and where to read more', async () => {
    running.clock.ms = rolloutStart + 2 * minute
    const { code, out, err } = await run(start())
    expect([code, err]).toEqual([2, ''])
    expect(out).toMatch(
      /^inconclusive: .*\n\nmetric {2}judged {8}canary\/stable {2}needs\nerrors {2}inconclusive /,
    )
    expect(out).toContain(`\nmore  ${running.url}/v1/verdicts/`)
  })

  test('exits 1 for fail', async () => {
    running.clock.ms = rolloutStart + 12 * minute
    await running.judge({ start: new Date(rolloutStart).toISOString() })
    const { code, out } = await run(start())
    expect(code).toBe(1)
    expect(out).toMatch(/^fail: /)
  })

  test('exits 0 for pass, and sends step, weights, policy, start and params as they were given', async () => {
    const flags = ['--step', '2/3', '--weight', '25', '--next', '50', '--minutes', '7.5', '--policy', 'web']
    const more = [
      '--start',
      new Date(rolloutStart).toISOString(),
      '--param',
      'service=web',
      '--param',
      'port=',
    ]
    running.clock.ms = rolloutStart + 20_000
    await here([...flags, ...more])
    await running.decide({ decision: 'approve', scope: 'run' })
    const { code, out } = await here([...flags, ...more, '--json'])
    expect(code).toBe(0)
    const verdict: { run: string } = JSON.parse(out)
    expect(verdict).toMatchObject({ verdict: 'pass', decisions: [{ by: 'ann' }] })
    expect(await running.store.listSteps(verdict.run)).toMatchObject([{ index: 1, weight: 25, next: 50 }])
    expect(await running.store.getRun(verdict.run)).toMatchObject({
      gates: 3,
      start: rolloutStart,
      source: 'judge',
    })
    expect(running.source.fetches.at(-1)?.params).toEqual({ service: 'web', port: '' })
  })

  test('takes the token from CANARY_JUDGE_TOKEN', async () => {
    const cli = startCli(['check', '--url', running.url, ...rollout], { CANARY_JUDGE_TOKEN: token })
    expect((await run(cli)).code).toBe(2)
  })
})

describe('canary-judge check exits 3 and never like a verdict', () => {
  test.each([
    ['a refused request', ['--policy', 'wbe'], /^canary-judge: unknown-policy: .*web/],
    ['equal revisions', ['--stable', 'b'], /^canary-judge: unprocessable: .*stable\.revision/],
    [
      'two services',
      ['--prometheus', 'http://127.0.0.1:9'],
      /expected either --url of a service or --prometheus/,
    ],
    [
      'a password in the URL',
      ['--url', 'http://me:hunter2-hunter2@127.0.0.1'],
      /^canary-judge: --url: expected no user/,
    ],
    ['no URL', ['--url', 'hunter2-hunter2'], /^canary-judge: --url: expected an http or https URL\n$/],
    [
      'a query in the URL',
      ['--url', 'http://127.0.0.1/?t=hunter2-hunter2'],
      /^canary-judge: --url: expected no \?/,
    ],
    [
      'a token as argument',
      ['--token', 'hunter2-hunter2'],
      /^canary-judge: --token: expected --token-file FILE/,
    ],
    ['a misspelt option', ['--tokn=hunter2-hunter2'], /unknown option '--tokn'/],
    [
      'no file with a token',
      ['--token-file', '/nowhere'],
      /^canary-judge: --token-file: expected a readable file/,
    ],
    ['a step that is none', ['--step', '4/3'], /^canary-judge: --step: expected which step of how many/],
    ['a weight without a step', ['--weight', '5'], /^canary-judge: --weight: expected --step beside it/],
    [
      'a weight that is none',
      ['--step', '1', '--weight', '5%'],
      /^canary-judge: --weight: expected a number, got "5%"/,
    ],
    [
      'a param that is none',
      ['--param', 'service'],
      /^canary-judge: --param: expected a pair such as service=web/,
    ],
    [
      'a wait that is none',
      ['--wait', '15'],
      /^canary-judge: --wait: expected a duration such as 30s or 15m, got "15"/,
    ],
    ['no interval', ['--interval', '0s'], /^canary-judge: --interval: expected a duration/],
  ])('for %s', async (_what, flags, message) => {
    const { code, out, err } = await here(flags)
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(message)
    expect(err).not.toContain('hunter2')
    expect(err).not.toContain(token)
  })

  test('for flags that are missing', async () => {
    const { code, err } = await run(startCli(['check', '--url', running.url]))
    expect(code).toBe(3)
    expect(err).toContain("required option '--namespace <namespace>' not specified")
  })

  test('for a wrong token, without showing it', async () => {
    const secret = 'wrong-token-0123456789'
    const { code, err } = await run(
      startCli(['check', '--url', running.url, ...rollout], { CANARY_JUDGE_TOKEN: secret }),
    )
    expect(code).toBe(3)
    expect(err).toMatch(/^canary-judge: unauthenticated: /)
    expect(err).not.toContain(secret)
  })

  test('for a file that holds no token, without showing what it holds', async () => {
    const file = join(folder, 'two-lines')
    await writeFile(file, 'hunter2-hunter2\nhunter3-hunter3\n')
    const { code, err } = await here(['--token-file', file])
    expect([code, err]).toEqual([
      3,
      'canary-judge: --token-file: expected a token of printable ASCII without spaces\n',
    ])
  })

  test('for a service that is not there', async () => {
    const { url } = running
    await running.app.stop()
    const { code, out, err } = await here(['--url', url])
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(/^canary-judge: no answer from http:\/\/127\.0\.0\.1:\d+\/v1\/judge: .*ECONNREFUSED/)
  })

  test.each([
    [301, {}, 'expected a verdict, got status 301'],
    [204, {}, 'expected a verdict from'],
    [200, '<html>', 'expected a verdict from'],
    [200, { verdict: 'great' }, 'expected a verdict from'],
    [502, '<html>', 'expected a verdict, got status 502'],
  ])('for a server that answers %i %j', async (status, body, message) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { code, out, err } = await here(['--url', `http://127.0.0.1:${port}`])
    server.close()
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain(message)
  })
})

describe('canary-judge check --wait', () => {
  const waiting = ['--wait', '1m', '--interval', '50ms']

  test('goes on asking until the verdict is there, with one line a change', async () => {
    running.clock.ms = rolloutStart + 20_000
    running.source.fault = 'down'
    await using cli = start(waiting)
    const [line]: unknown[] = await once(cli.child.stderr, 'data')
    expect(String(line)).toMatch(/^\[\d+\w+ of 1m\] inconclusive: Prometheus refused the connection\n$/)
    running.source.fault = 'none'
    running.clock.ms = rolloutStart + 12 * minute
    const { code, out, err } = await run(cli)
    expect(code).toBe(1)
    expect(out).toMatch(/^fail: /)
    expect(err.trimEnd().split('\n').length).toBeLessThan(4)
  })

  test('exits 2 when the time is over, and says so', async () => {
    running.clock.ms = rolloutStart + 2 * minute
    const { code, out, err } = await here(['--wait', '2s', '--interval', '100ms'])
    expect(code).toBe(2)
    expect(out).toMatch(/^inconclusive: /)
    expect(err).toMatch(
      /^\[.*\] inconclusive: .*\ncanary-judge: neither pass nor fail within the time to wait\n$/,
    )
  })

  test('asks again while the service is away, and ends with 3 when it stays away', async () => {
    const { url } = running
    await running.app.stop()
    const { code, err } = await here(['--url', url, '--wait', '200ms', '--interval', '50ms'])
    expect(code).toBe(3)
    expect(err).toMatch(/^\[.*\] error, asking again: no answer from .*\ncanary-judge: no answer from .*\n$/)
  })

  test('ends at once with 3 where asking again cannot help', async () => {
    const { code, err } = await here(['--policy', 'wbe', '--wait', '10m'])
    expect(code).toBe(3)
    expect(err).toMatch(/^canary-judge: unknown-policy/)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('exits at %s with %i and without a verdict', async (signal, expected) => {
    running.clock.ms = rolloutStart + 2 * minute
    await using cli = start(['--wait', '10m', '--interval', '5m'])
    await once(cli.child.stderr, 'data')
    cli.child.kill(signal)
    const { code, out } = await run(cli)
    expect([code, out]).toEqual([expected, ''])
  })

  test('ends with 3 and not with 1 when no process reads its error', async () => {
    const cli = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url))
    const args = ['check', '--url', running.url, ...rollout, '--policy', 'none', '--wait', '1m']
    const child = spawn(process.execPath, [cli, ...args], {
      env: { ...childEnvironment, CANARY_JUDGE_TOKEN: token },
    })
    child.stderr.destroy()
    const [code]: unknown[] = await once(child, 'exit')
    expect(code).toBe(3)
  })
})
