import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnvironment } from './child-environment.ts'

export interface MainProcess {
  readonly child: ChildProcess
  /** The lines of the log so far. */
  readonly lines: readonly string[]
  readonly stderr: () => string
  /** Resolves when the log has a line with this message, and gives the first one. */
  line(message: string): Promise<Readonly<Record<string, unknown>>>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  [Symbol.asyncDispose](): Promise<void>
}

const main = join(import.meta.dirname, '../../../src/main.ts')

/** Starts the service as a process of its own, with `node src/main.ts`. */
export async function runMain(
  env: Readonly<Record<string, string>>,
  file = main,
  flags: readonly string[] = [],
): Promise<MainProcess> {
  const cwd = await mkdtemp(join(tmpdir(), 'canary-judge-main-'))
  const child = spawn(process.execPath, [...flags, file], {
    cwd,
    env: { ...childEnvironment, HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting: (() => void)[] = []
  let stderr = ''
  const wake = (): void => {
    for (const resume of waiting.splice(0)) resume()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    wake()
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => {
      wake()
      resolve({ code, signal })
    })
  }).then(async (end) => {
    // here and not at the disposal, because tests that kill the process only wait for its end
    await rm(cwd, { recursive: true, force: true })
    return end
  })
  const find = (message: string) => lines.find((line) => line.includes(`"msg":"${message}"`))
  return {
    child,
    lines,
    stderr: () => stderr,
    ended,
    async line(message) {
      while (find(message) === undefined) {
        if (child.exitCode !== null)
          throw new Error(`ended without "${message}": ${lines.join('\n')}${stderr}`)
        await new Promise<void>((resume) => void waiting.push(resume))
      }
      return JSON.parse(find(message) ?? '{}')
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
