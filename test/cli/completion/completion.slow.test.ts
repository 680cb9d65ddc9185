import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../../src/cli/command-line.ts'
import { shellsMissing } from '../../support/parts/tools.ts'
import { collect, fixedEngine } from '../streams.ts'

const run = promisify(execFile)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-'))
  await writeFile(join(folder, 'shop.yaml'), '')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const streams = collect('')
    await runCommandLine(['completion', shell], { ...streams, engine: fixedEngine, version: '1' })
    await writeFile(join(folder, `script.${shell}`), streams.out())
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** The last word is what is being typed; the completions are those of a real shell. */
const typed = [
  { words: ['ship', 'pro'], completed: ['promote'] },
  { words: ['ship', 'start', '--namesp'], completed: ['--namespace'] },
  { words: ['plan', '--noise', 'clum'], completed: ['clumped'] },
  { words: ['plan', '--rps', '5', '--stag'], completed: ['--stages'] },
  { words: ['completion', 'fi'], completed: ['fish'] },
  { words: ['import', 'sho'], completed: ['shop.yaml'] },
  { words: ['doctor', '--policy', 'sho'], completed: ['shop.yaml'] },
] as const

// outside of a completion, compopt is an error
const bash = `compopt() { :; }; source script.bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _canary_judge; printf '%s\\n' "\${COMPREPLY[@]}"`

describe('completion in bash', () => {
  it.each(typed)('of $words is $completed', async ({ words, completed }) => {
    const { stdout } = await run('bash', ['--norc', '-c', bash, 'bash', 'canary-judge', ...words], {
      cwd: folder,
    })
    expect(stdout.trim().split('\n')).toEqual(completed)
  })

  it('of nothing is every command', async () => {
    const { stdout } = await run('bash', ['--norc', '-c', bash, 'bash', 'canary-judge', ''], { cwd: folder })
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['check', 'ship', 'plan', 'import', '--help']))
  })

  it('of the value of an option that has no list is nothing', async () => {
    const args = ['--norc', '-c', bash, 'bash', 'canary-judge', 'check', '--url', '']
    const { stdout } = await run('bash', args, { cwd: folder })
    expect(stdout.trim()).toBe('')
  })
})

describe.skipIf(shellsMissing() !== undefined)('completion in other shells', () => {
  it.each(typed)('fish completes $words to $completed', async ({ words, completed }) => {
    const line = ['canary-judge', ...words].join(' ')
    const { stdout } = await run(
      'fish',
      ['--no-config', '-c', 'source script.fish; complete -C $argv', line],
      {
        cwd: folder,
      },
    )
    expect(
      stdout
        .trim()
        .split('\n')
        .map((each) => each.split('\t')[0]),
    ).toEqual(completed)
  })

  it.each(typed)(
    'zsh completes $words to $completed on a terminal of its own',
    async ({ words, completed }) => {
      // the pattern ends the reading of the terminal as soon as the word is there
      const script = `zmodload zsh/zpty
zpty -b sh 'TERM=dumb zsh -f -i'
zpty -w sh 'PS1=; autoload -Uz compinit; compinit -u -D; source script.zsh; unsetopt zle_bracketed_paste; print REA""DY'
zpty -r sh out '*READY*'
zpty -w -n sh "$1"$'\\t'
zpty -r -m sh out "*$2*"; print -r -- "$out"; zpty -d sh`
      const [word = ''] = completed
      const { stdout } = await run(
        'zsh',
        ['-f', '-c', script, 'zsh', `canary-judge ${words.join(' ')}`, word],
        {
          cwd: folder,
          timeout: 20_000,
        },
      )
      expect(stdout).toContain(word)
    },
  )
})
