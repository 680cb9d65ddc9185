import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noneText } from '../../src/cli/backtest/backtest-text.ts'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { startSimulatedPrometheus } from '../support/simulated-prometheus/start-simulated-prometheus.ts'
import { collect, fixedEngine } from './streams.ts'

let folder = ''
let closed = ''
const path = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-errors-'))
  const metric = `{ name: errors, kind: errors, total: a_total, bad: 'a_total{code="500"}' }`
  await writeFile(path('web.yaml'), `name: web\nmetrics: [${metric}]\n`)
  await writeFile(path('empty.jsonl'), '\n')
  closed = await closedAddress()
})
afterAll(() => rm(folder, { recursive: true }))

/** Where a server was and is no more. */
async function closedAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address')
  return `http://127.0.0.1:${address.port}`
}

async function run(...args: readonly string[]) {
  const streams = collect('')
  const code = await runCommandLine(args, { ...streams, engine: fixedEngine, version: '1' })
  return { code, out: streams.out(), err: streams.err() }
}

const workload = ['--namespace', 'shop', '--name', 'web']

describe.each(['plan', 'aa', 'backtest'])('canary-judge %s', (command) => {
  const asked = (...more: readonly string[]) =>
    run(command, '--policy', path('web.yaml'), ...workload, ...more)

  test('ends with 3 and one line where Prometheus is away', async () => {
    expect(await asked('--prometheus', closed)).toEqual({
      code: 3,
      out: '',
      err: 'canary-judge: Prometheus could not be read: no connection to Prometheus (ECONNREFUSED)\n',
    })
  })

  test('names the flag that is wrong, not the variable of the service', async () => {
    const expected = '--prometheus: expected an http or https URL without user, query and fragment'
    expect(await asked('--prometheus', 'nonsense')).toEqual({
      code: 3,
      out: '',
      err: `canary-judge: ${expected}\n`,
    })
    const { code, err } = await asked('--config', '/nowhere.yaml')
    expect({ code, err }).toEqual({
      code: 3,
      err: 'canary-judge: --config: expected a readable file at /nowhere.yaml, got ENOENT\n',
    })
  })
})

test.each([
  ['plan', '--rps', 'many'],
  ['aa'],
  ['lint'],
  ['replay', 'recordings.jsonl'],
  ['check', '--speed', '3'],
])('canary-judge %s says where the options and examples are', async (...args) => {
  const { code, err } = await run(...args)
  expect(code).toBe(3)
  expect(err).toMatch(/^error: .*\nOptions and examples: --help\n$/)
})

describe('canary-judge backtest', () => {
  const backtest = (...args: readonly string[]) => run('backtest', '--policy', path('web.yaml'), ...args)

  test.each([
    [[], 'canary-judge: expected files with recordings, or --namespace and --name of a workload\n'],
    [
      [...workload, '--against', '/nowhere.yaml'],
      "canary-judge: expected a readable file at /nowhere.yaml: ENOENT: no such file or directory, open '/nowhere.yaml'\n",
    ],
  ])('backtest %j writes no table', async (args, err) => {
    expect(await backtest(...args)).toEqual({ code: 3, out: '', err })
  })

  test('backtest of a file without recordings ends with 1 and says what it wants', async () => {
    const empty = await backtest(path('empty.jsonl'))
    expect(empty).toMatchObject({
      code: 1,
      err: `${path('empty.jsonl')}: expected recordings, one a line, got none\n`,
    })
    const policy = await backtest(path('web.yaml'))
    expect(policy.code).toBe(1)
    expect(policy.err).toMatch(/web\.yaml:1: expected one recording in JSON a line: /)
  })

  test('backtest of a time without data says what to do', async () => {
    const now = Date.parse('2026-01-05T00:00:00Z')
    const server = await startSimulatedPrometheus({ clock: { now: () => now }, series: [] })
    const time = ['--since', '1h', '--until', new Date(now).toISOString()]
    const { code, out, err } = await backtest(...workload, '--prometheus', server.url, ...time)
    await server.close()
    expect({ code, err }).toEqual({
      code: 0,
      err: 'Prometheus has no series of shop/web in this time; canary-judge doctor says what is missing\n',
    })
    expect(out).toMatch(/^0 rollouts: /)
  })

  test('backtest names the versions that it saw where none was a canary', () => {
    expect(noneText('shop/web', ['a', 'b'])).toBe(
      'no version came while another one was there; versions seen: a, b',
    )
  })

  test('backtest --save wants a file that it can write, before it reads anything', async () => {
    const { code, err } = await backtest(...workload, '--prometheus', closed, '--save', '/nowhere/past.jsonl')
    expect(code).toBe(3)
    expect(err).toBe(
      "canary-judge: --save: expected a file to write to: ENOENT: no such file or directory, open '/nowhere/past.jsonl'\n",
    )
    await backtest(...workload, '--prometheus', closed, '--save', path('past.jsonl'))
    await access(path('past.jsonl'))
  })
})
