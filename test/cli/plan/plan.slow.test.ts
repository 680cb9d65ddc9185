import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runCommandLine } from '../../../src/cli/command-line.ts'
import { analyze, outcomesBySlice } from '../../../src/engine/index.ts'
import { collect } from '../streams.ts'

interface Answer {
  readonly stages: readonly number[]
  readonly minutes: readonly number[]
  readonly releases: readonly {
    readonly release: string
    readonly promoted: number
    readonly aborted: number
    readonly asked: number
    readonly stoppedBy: readonly number[]
    readonly minutesToStop?: number
  }[]
}

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const streams = collect('')
  const code = await runCommandLine(['plan', ...args], {
    ...streams,
    engine: { analyze, outcomesBySlice },
    version: '0',
  })
  return { code, out: streams.out(), err: streams.err() }
}

async function answer(...args: readonly string[]): Promise<Answer> {
  const { code, out } = await run(...args, '--json')
  expect(code).toBe(0)
  return JSON.parse(out)
}

test(
  'a busy service lets healthy releases go and stops harm, the greater the sooner',
  { timeout: 300_000 },
  async () => {
    const { releases, minutes } = await answer('--rps', '50', '--rollouts', '12')
    expect(minutes).toEqual([10, 10, 10])
    const of = (name: string) => releases.find(({ release }) => release === name)
    expect(of('healthy')?.promoted).toBeGreaterThanOrEqual(0.9)
    expect(of('errors ×10')).toMatchObject({ promoted: 0, stoppedBy: [1, 1, 1] })
    expect(of('latency +100%')).toMatchObject({ promoted: 0, stoppedBy: [1, 1, 1] })
    expect(of('errors ×10')?.minutesToStop).toBeLessThan(of('errors ×2')?.minutesToStop ?? 0)
    for (const { promoted, aborted, asked, stoppedBy } of releases) {
      expect(promoted + aborted + asked).toBeCloseTo(1)
      expect(stoppedBy).toEqual(stoppedBy.toSorted((a, b) => a - b))
      expect(stoppedBy.at(-1)).toBeCloseTo(1 - promoted)
    }
  },
)

test('little traffic finds less in the same time', { timeout: 300_000 }, async () => {
  const [little, much] = await Promise.all(
    ['0.5', '20'].map((rps) => answer('--rps', rps, '--rollouts', '15', '--minutes', '5', '--stages', '50')),
  )
  const stops = (of: Answer | undefined): number =>
    of?.releases.slice(1).reduce((sum, { promoted }) => sum + 1 - promoted, 0) ?? 0
  expect(stops(little)).toBeLessThan(stops(much) - 1)
})

test(
  'the table has a line for each release of a kind that is judged, and says what it means',
  { timeout: 300_000 },
  async () => {
    const { code, out } = await run(
      '--rps',
      '5',
      '--rollouts',
      '10',
      '--stages',
      '20',
      '--minutes',
      '3',
      '--conversion',
      '20',
    )
    expect(code).toBe(0)
    const names = out
      .split('\n')
      .flatMap((line) => /^(healthy|\w+ [×+−][\d.]+%?) {2,}/u.exec(line)?.[1] ?? [])
    expect(names).toHaveLength(13)
    expect(out).toMatch(/Of healthy rollouts \d+% are promoted without a person/)
  },
)

test('docs/guides/stages.md shows what its commands write', { timeout: 300_000 }, async () => {
  const page = readFileSync(new URL('../../../docs/guides/stages.md', import.meta.url), 'utf8')
  const examples = [...page.matchAll(/\$ npm run -s cli -- plan (.*)\n([^`]*)/g)]
  expect(examples).toHaveLength(2)
  for (const [, args = '', shown = ''] of examples) {
    const { out } = await run(...args.split(' '))
    expect(shown).toBe(out)
  }
})

test.each([
  [['--rps', '0'], 'expected a number from 0.01 to 100000'],
  [['--rps', '5', '--stages', '50,20'], '--stages: expected rising percents'],
  [['--rps', '5', '--noise', 'loud'], 'Allowed choices are quiet'],
])('%j is refused', async (args, words) => {
  const { code, err } = await run(...args)
  expect(code).toBe(3)
  expect(err).toContain(words)
})
