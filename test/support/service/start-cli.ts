import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from './child-environment.ts'

export interface CliProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: string | null
    readonly stderr: string
  }>
  [Symbol.asyncDispose](): Promise<void>
}

const source = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url))

/** Runs the command line as a process of its own, with only the given environment. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  file = source,
): CliProcess {
  const child = spawn(process.execPath, [file, ...args], { env: { ...childEnvironment, ...env } })
  const errors = text(child.stderr)
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }))
  }).then(async (end) => ({ ...end, stderr: await errors }))
  return {
    child,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
