import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childEnvironment } from '../support/service/child-environment.ts'

const root = join(import.meta.dirname, '../..')

export interface Shell {
  /** Runs a command and gives its output, with standard error. The next command sees the variables that it sets. */
  run(command: string): Promise<string>
  [Symbol.dispose](): void
}

/** A shell in a folder of its own, in which `canary-judge` is this project's command line. */
export function createShell(env: Readonly<Record<string, string>>): Shell {
  const folder = mkdtempSync(join(tmpdir(), 'canary-judge-transcript-'))
  symlinkSync(join(root, 'policies'), join(folder, 'policies'))
  const cli = `exec '${process.execPath}' '${join(root, 'src/cli.ts')}' "$@"`
  writeFileSync(join(folder, 'canary-judge'), `#!/bin/sh\n${cli}\n`, { mode: 0o755 })
  writeFileSync(join(folder, '.state'), '')
  const environment = {
    ...childEnvironment,
    PATH: `${folder}:${childEnvironment['PATH'] ?? ''}`,
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    ...env,
  }
  return {
    async run(command) {
      const script = `exec 2>&1; . ./.state; set -a\n${command}\nstatus=$?; export -p >.state; exit $status`
      return new Promise((resolve, reject) => {
        execFile('bash', ['-c', script], { cwd: folder, env: environment }, (error, stdout) => {
          // 1 and 2 are verdicts of the command line; anything else is a mistake in the page.
          const isWrong = error !== null && error.code !== 1 && error.code !== 2
          if (isWrong) reject(new Error(`${command} ended with ${error.code}: ${stdout}`))
          else resolve(stdout)
        })
      })
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
