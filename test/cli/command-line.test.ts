import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { plainRecording } from '../formats/recordings.ts'
import { type Collected, collect, fixedEngine } from './streams.ts'

let folder = ''
let policy = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
  policy = join(folder, 'web.yaml')
  await writeFile(policy, 'name: web\nmetrics:\n  - {name: errors, kind: errors}\n')
})
afterAll(() => rm(folder, { recursive: true }))

interface Ran extends Collected {
  readonly code: number
}

async function run(args: readonly string[], input: string | Buffer = '', chunkSize = 1000): Promise<Ran> {
  const streams = collect(input, chunkSize)
  const code = await runCommandLine(args, { ...streams, engine: fixedEngine, version: '1.2.3' })
  return { ...streams, code }
}

const recording = (change: object = {}): string =>
  JSON.stringify({ ...plainRecording({ slices: 7 }), ...change })
const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

const replayed = {
  id: null,
  final: 'fail',
  firstFail: 6,
  passedSteps: [{ weight: 5, slice: 4 }],
  looks: [
    { at: 2, judged: 'inconclusive', verdict: 'inconclusive' },
    { at: 4, judged: 'pass', verdict: 'pass' },
    { at: 6, judged: 'fail', verdict: 'fail' },
  ],
}

describe('canary-judge replay', () => {
  it('replay writes one verdict for each recording, with the looks at which it changed', async () => {
    const { code, out, err } = await run(
      ['replay', '--policy', policy],
      `${recording()}\n${recording({ id: 'b' })}\n`,
    )
    expect(lines(out())).toEqual([replayed, { ...replayed, id: 'b' }])
    expect(err()).toBe('')
    expect(code).toBe(0)
  })

  it('replay says that it reads the terminal', async () => {
    const streams = collect('')
    const input = Object.assign(streams.input, { isTTY: true })
    const context = { ...streams, input, engine: fixedEngine, version: '1' }
    expect(await runCommandLine(['replay', '--policy', policy], context)).toBe(0)
    expect(streams.err()).toBe('reading recordings from the terminal; `< recordings.jsonl` reads a file\n')
  })

  it('replay takes a policy that extends one beside it, which extends a bundled one', async () => {
    await writeFile(join(folder, 'mesh.yaml'), 'name: mesh\nextends: istio\nremove: [p99]\n')
    const shop = join(folder, 'shop.yaml')
    await writeFile(shop, 'name: shop\nextends: mesh\nsoak: 5m\n')
    const { code, out, err } = await run(['replay', '--policy', shop], recording())
    expect([code, err()]).toEqual([0, ''])
    expect(lines(out())).toEqual([replayed])
  })

  it.each([1, 7, 64, 1_000_000])('replay reads chunks of %d bytes alike', async (size) => {
    const { out } = await run(
      ['replay', '--policy', policy],
      `\n${recording()}\r\n \n${recording({ id: 'ü' })}`,
      size,
    )
    expect(lines(out())).toEqual([replayed, { ...replayed, id: 'ü' }])
  })

  it('replay --all-looks gives every look with score and summary', async () => {
    const { out } = await run(['replay', '--policy', policy, '--all-looks'], recording())
    expect(lines(out())).toMatchObject([
      {
        final: 'fail',
        looks: [2, 3, 4, 5, 6].map((at) => ({ at, score: at + 0.25, summary: `pass: at ${at}` })),
      },
    ])
  })

  it('replay of a recording without a look is inconclusive', async () => {
    const { out } = await run(['replay', '--policy', policy], recording({ rolloutStart: 7, steps: [] }))
    expect(lines(out())).toEqual([
      { id: null, final: 'inconclusive', firstFail: null, passedSteps: [], looks: [] },
    ])
  })

  it('replay reports a bad line by number on both outputs, goes on, and exits 1', async () => {
    const bad = ['{', recording({ id: 'x', slices: 6 }), '[]', '"text"', Buffer.from([0x22, 0xff, 0x22])]
    const input = Buffer.concat(
      [...bad, recording()].flatMap((line) => [Buffer.from(line), Buffer.from('\n')]),
    )
    const { code, out, err } = await run(['replay', '--policy', policy], input)
    const mismatch =
      'invalid recording: metrics.errors.bad[0]: expected 6 samples, one for each slice, got 7 (and 71 more)'
    expect(lines(out())).toEqual([
      {
        line: 1,
        error: expect.stringContaining('expected one JSON document in UTF-8 a line, as jq -c writes it: '),
      },
      { line: 2, id: 'x', error: mismatch },
      { line: 3, error: 'invalid recording: expected a map, got an empty list' },
      { line: 4, error: 'invalid recording: expected a map, got "text"' },
      { line: 5, error: expect.stringContaining('UTF-8') },
      replayed,
    ])
    expect(err().split('\n')).toHaveLength(6)
    expect(err()).toContain(`line 2: ${mismatch}\n`)
    expect(code).toBe(1)
  })

  it('replay reports a recording that the engine cannot bear, and goes on', async () => {
    const streams = collect(`${recording({ id: 'bad' })}\n${recording()}`)
    const engine = {
      ...fixedEngine,
      outcomesBySlice: (
        ...args: Parameters<typeof fixedEngine.outcomesBySlice>
      ): ReturnType<typeof fixedEngine.outcomesBySlice> => {
        if (args[0].id === 'bad') throw new RangeError('out of range')
        return fixedEngine.outcomesBySlice(...args)
      },
    }
    const code = await runCommandLine(['replay', '--policy', policy], { ...streams, engine, version: '1' })
    expect(lines(streams.out())).toEqual([
      { line: 1, id: 'bad', error: 'internal error: out of range' },
      replayed,
    ])
    expect(code).toBe(1)
  })

  it('replay --table is for people, and control characters in it do nothing', async () => {
    const { out } = await run(
      ['replay', '--policy', policy, '--table'],
      `${recording({ id: 'a\u001B[2J' })}\n{\n`,
    )
    expect(
      out()
        .split('\n')
        .map((line) => line.slice(0, 100).trimEnd()),
    ).toEqual([
      'recording                             final          first fail   passed steps              looks',
      'a?[2J                                 fail           6            5% at 4                   inconclu',
      'line 2                                error          -            -                         expected',
      '',
    ])
  })

  it('replay shows a terminal nothing that turns its lines around, as JSON and in errors too', async () => {
    const id = 'a\u202Eb\u{E0001}'
    const { out } = await run(['replay', '--policy', policy], recording({ id }))
    expect(out()).toContain(String.raw`"id":"a\u202eb\udb40\udc01"`)
    expect(lines(out())).toEqual([{ ...replayed, id }])
    const bad = await run(['replay', '--policy', policy, '--table'], recording({ [id]: 1 }))
    expect(bad.out() + bad.err()).toContain('a?b?')
    expect(bad.out() + bad.err()).not.toMatch(/\p{Cf}/u)
  })

  it('a file of which the name turns lines around is named without that', async () => {
    const { code, err } = await run(['replay', '--policy', 'a\u202Eb.yaml'])
    expect(code).toBe(3)
    expect(err()).toContain('a?b.yaml')
    expect(err()).not.toContain('\u202E')
  })

  it('replay --table --all-looks has a line for each look', async () => {
    const { out } = await run(['replay', '--policy', policy, '--table', '--all-looks'], recording())
    expect(out().split('\n')).toHaveLength(8)
    expect(out()).toContain('\n       4  pass            4  pass: at 4\n')
  })

  it('replay writes warnings of the policy to the error output', async () => {
    const path = join(folder, 'warned.yaml')
    await writeFile(path, 'name: a\nsoak: 9m\nmetrics: [{name: errors, kind: errors}]')
    const { code, out, err } = await run(['replay', '--policy', path], '')
    expect(err()).toBe(
      `${path}: warning: line 2, column 7: soak: warmup and soak need 12m, so no step of 10m can pass\n`,
    )
    expect(out()).toBe('')
    expect(code).toBe(0)
  })

  it('replay with a wrong policy names every mistake and exits 3', async () => {
    const path = join(folder, 'wrong.yaml')
    await writeFile(path, 'name: a\nmoed: b\nmetrics: [{name: errors, kind: error}]')
    const { code, out, err } = await run(['replay', '--policy', path], recording())
    expect(err()).toContain('canary-judge: line 2, column 1: moed: unknown key "moed", did you mean mode?\n')
    expect(err()).toContain(
      'canary-judge: line 3, column 32: metrics[0].kind: expected one of errors, latency',
    )
    expect(out()).toBe('')
    expect(code).toBe(3)
  })

  it.each([
    [['replay', '--policy', '/nowhere/web.yaml'], 'expected a readable policy file at /nowhere/web.yaml'],
    [['replay'], "required option '--policy <file>' not specified"],
    [['replay', '--policy'], 'argument missing'],
    [['replay', '--policy', 'x', '--al-looks'], 'Did you mean --all-looks?'],
    [['replay', '--policy', 'x', 'file.jsonl'], 'too many arguments'],
    [['reply'], "unknown command 'reply'"],
    [[], 'Usage: canary-judge'],
  ])('%j is wrong usage and exits 3', async (args, message) => {
    const { code, err } = await run(args)
    expect(err()).toContain(message)
    expect(code).toBe(3)
  })

  it.each([
    [['--version'], '1.2.3\n'],
    [['replay', '--help'], 'canary-judge replay --policy web.yaml <'],
  ])('%j answers and exits 0', async (args, answer) => {
    const { code, out } = await run(args)
    expect(out()).toContain(answer)
    expect(code).toBe(0)
  })
})
