import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { describe, expect, test } from 'vitest'
import { cliPage, codesOf, examplesOf } from '../../scripts/contents/cli-page.ts'
import { readCommands } from '../../scripts/contents/read-commands.ts'
import { everyCommand } from '../../src/cli/completion/command-model.ts'
import { createProgram } from '../../src/cli/program.ts'
import { fixedEngine, collect } from '../cli/streams.ts'

const { program, afterOf, helpOf } = readCommands()

test('docs/cli.md is what `npm run docs:cli` writes', async () => {
  const options = { ...(await resolveConfig('docs/cli.md')), parser: 'markdown' }
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(await format(cliPage(program, afterOf), options))
})

const runnable = everyCommand(program).filter(
  ({ path, commands }) => path.length > 0 && commands.length === 0,
)

describe.each(runnable.map(({ path }) => path.join(' ')))('canary-judge %s --help', (name) => {
  const path = name.split(' ')

  test('says what its exit codes mean, and 3 is an error', () => {
    const codes = codesOf(afterOf(path))
    expect(codes.get(0)).toBeTypeOf('string')
    expect(codes.get(3)).toBe('error')
  })

  test('has two examples at least, with options that it has', () => {
    const examples = examplesOf(afterOf(path))
    expect(examples.length).toBeGreaterThanOrEqual(2)
    const known = runnable.find((each) => each.path.join(' ') === name)?.options.map((option) => option.name)
    for (const example of examples) {
      const [, own = ''] = example.split(`canary-judge ${name}`)
      const used = own.split(/[|)]/)[0]?.match(/ --[\w-]+/g) ?? []
      expect(known).toEqual(expect.arrayContaining(used.map((option) => option.trim())))
    }
  })

  test('has lines without colours and without characters that control a terminal', () => {
    expect(helpOf(path)).not.toMatch(/[^\P{Cc}\n]/u)
  })
})

test('readCommands() reads the commands of the command line', () => {
  const ofCommandLine = createProgram({
    ...collect(''),
    engine: fixedEngine,
    version: '',
    done: () => undefined,
  })
  expect(program.commands.map(({ path }) => path.join(' '))).toEqual(
    ofCommandLine.commands.map((each) => each.name()),
  )
})
