import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CodeBlock, codeBlocks, readText, root } from './markdown.ts'

const run = promisify(execFile)
const copied = [
  'src',
  'policies',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'test/architecture.test.ts',
  'test/support/source-facts.ts',
]

/** Copies the project into a folder of its own, for one recipe. */
let scratch = ''
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'canary-judge-recipe-'))
  for (const path of copied) await cp(join(root, path), join(scratch, path), { recursive: true })
  // The test of the table of imports needs no setup of other tests.
  await writeFile(join(scratch, 'vitest.config.ts'), 'export default {}\n')
  await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'))
})
afterEach(() => rm(scratch, { recursive: true }))

const recipes = readText('docs/recipes.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.split('\n')[0], blocks: codeBlocks(text) }))

test.each(recipes)(
  'docs/recipes.md: $title holds: the compiler says what the page says, and what is finished compiles',
  { timeout: 300_000 },
  async ({ blocks }) => {
    expect(blocks.length).toBeGreaterThan(2)
    for (const block of blocks) {
      const isAnswer = block.language === 'text'
      expect(await carryOut(block)).toBe(isAnswer ? block.text : '')
    }
    if (blocks.at(-1)?.language === 'text') return
    expect(await compile()).toBe('')
    await runHere('npx', 'vitest', 'run', '--testTimeout', '60000', 'test/architecture.test.ts')
  },
)

/** Applies a change, writes a file or runs a command. For errors of the compiler it gives the errors that the compiler has now. */
async function carryOut({ language, text }: CodeBlock): Promise<string> {
  const [first = '', ...lines] = text.split('\n').slice(0, -1)
  if (language === 'text') return answerLike(text)
  if (language === 'ts') await create(first.replace('// ', ''), lines.join('\n'))
  else if (language === 'diff') await change(first.replace('--- ', ''), lines)
  else await runHere('bash', '-ec', text)
  return ''
}

/** When the page lists only files, the errors in them are left out. */
async function answerLike(text: string): Promise<string> {
  const said = await compile()
  const files = new Set(said.match(/^src\/[^:\n]+(?=: error )/gm))
  return text.includes(': error ') ? said : `${[...files].join('\n')}\n`
}

async function create(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(scratch, path)), { recursive: true })
  await writeFile(join(scratch, path), `${text}\n`)
}

async function change(path: string, lines: readonly string[]): Promise<void> {
  const without = (sign: string) =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join('')
  const parts = (await readFile(join(scratch, path), 'utf8')).split(without('+'))
  expect(parts, `${path} has the lines once: ${without('+')}`).toHaveLength(2)
  await writeFile(join(scratch, path), parts.join(without('-')))
}

/** The errors of the compiler without line numbers; empty when there are none. */
async function compile(): Promise<string> {
  const { stdout } = await runHere('npx', 'tsc', '-p', 'tsconfig.build.json', '--noEmit').catch(
    (error: { readonly stdout: string }) => error,
  )
  return stdout.replaceAll(/^(src\/\S+?)\(\d+,\d+\)/gm, '$1')
}

const runHere = (command: string, ...args: readonly string[]) => run(command, args, { cwd: scratch })
