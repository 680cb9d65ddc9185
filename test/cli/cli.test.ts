import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { childEnvironment } from '../support/service/child-environment.ts'

const root = new URL('../../', import.meta.url)
const policy = 'test/cli/golden/policy.yaml'
const replay = ['replay', '--policy', policy]
const names = ['healthy', 'errors-x10', 'latency-x2', 'no-canary-data', 'too-little-traffic']

const fixture = (name: string): string => {
  const value: unknown = JSON.parse(
    readFileSync(new URL(`test/fixtures/recordings/${name}.json`, root), 'utf8'),
  )
  return `${JSON.stringify(value)}\n`
}

function start(args: readonly string[], nodeArgs: readonly string[] = []): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [...nodeArgs, 'src/cli.ts', ...args], {
    cwd: fileURLToPath(root),
    env: childEnvironment,
  })
}

interface Finished {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

async function finish(child: ChildProcessWithoutNullStreams, input?: string): Promise<Finished> {
  if (input !== undefined) child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, out, err }
}

function looksOf(line: string): readonly { at: number; verdict: string }[] {
  const { looks }: { looks: readonly { at: number; verdict: string }[] } = JSON.parse(line)
  return looks.map(({ at, verdict }) => ({ at, verdict }))
}

// After an intended change of the engine run `npx vitest run test/cli -u`, and read the difference.
describe('canary-judge replay as a process', () => {
  const all = names.map(fixture).join('')

  it.each([
    ['verdicts.jsonl', []],
    ['verdicts.txt', ['--table']],
    ['all-looks.txt', ['--table', '--all-looks']],
  ])('replay of the fixtures gives golden/%s', async (file, flags) => {
    const { code, out, err } = await finish(start([...replay, ...flags]), all)
    await expect(out).toMatchFileSnapshot(`golden/${file}`)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('replay --all-looks agrees with the looks at which the verdict changed', async () => {
    const [short, long] = await Promise.all([
      finish(start(replay), fixture('errors-x10')),
      finish(start([...replay, '--all-looks']), fixture('errors-x10')),
    ])
    const every = looksOf(long.out)
    expect(every).toHaveLength(15)
    const changes = every.filter(({ verdict }, index) => verdict !== every[index - 1]?.verdict)
    expect(looksOf(short.out)).toEqual(changes)
  })

  it('replay answers a line before the next one comes', async () => {
    const child = start(replay)
    child.stdin.write(fixture('healthy'))
    const [first]: unknown[] = await once(child.stdout, 'data')
    expect(String(first)).toMatch(/^\{"id":"healthy"/)
    const { code } = await finish(child, '')
    expect(code).toBe(0)
  })

  it('replay reports bad lines and exits 1', async () => {
    const { code, out, err } = await finish(start(replay), `nonsense\n${fixture('healthy')}{"id": "x"}\n`)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines).toMatchObject([{ line: 1 }, { id: 'healthy' }, { line: 3, id: 'x' }])
    expect(err).toMatch(/^line 1: .*\nline 3: .*\n$/)
    expect(code).toBe(1)
  })

  it('replay ends quietly when its reader goes away', async () => {
    const child = start(replay)
    child.stdin.on('error', () => undefined)
    child.stdin.end(all.repeat(20))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('replay without a policy exits 3', async () => {
    const { code, out, err } = await finish(start(['replay']), '')
    expect(err).toContain("required option '--policy <file>' not specified")
    expect({ code, out }).toEqual({ code: 3, out: '' })
  })
})

describe('canary-judge on an old Node', () => {
  const pretend = "Object.defineProperty(process, 'versions', {value: {...process.versions, node: '20.1.0'}})"
  const bundled = new URL(`node_modules/node-${process.platform}-${process.arch}/bin/node`, root)

  it.skipIf(!existsSync(bundled))(
    'canary-judge goes on with the Node that was installed with it',
    async () => {
      const child = start(replay, ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`])
      const { code, out, err } = await finish(child, `${fixture('healthy')}x\n`)
      expect(out).toMatch(/^\{"id":"healthy"/)
      expect(err).toMatch(/^line 2: /)
      expect(code).toBe(1)
    },
  )

  it('canary-judge says what to do when there is none', async () => {
    const nowhere = `${pretend}; Object.defineProperty(process, 'arch', {value: 'mips'})`
    const child = start(['--version'], ['--import', `data:text/javascript,${encodeURIComponent(nowhere)}`])
    const { code, out, err } = await finish(child, '')
    expect(err).toMatch(/^canary-judge needs Node 24 or later, got 20\.1\.0; install it from/)
    expect({ code, out }).toEqual({ code: 3, out: '' })
  })
})
