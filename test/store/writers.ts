import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { childEnvironment } from '../support/service/child-environment.ts'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'

export interface Writer {
  readonly child: ChildProcess
  /** Resolves when this many lines have come, or when the process has ended. */
  until(lines: number): Promise<void>
  /** Resolves when the process is gone, with all acknowledged lines and the text of stderr. */
  ended(): Promise<{
    readonly lines: readonly string[]
    readonly errors: string
    readonly code: number | null
  }>
}

/** Runs writer-process.ts in a process of its own. */
export const startWriter = (url: string, name: string, rounds: number): Writer => {
  const script = join(import.meta.dirname, 'writer-process.ts')
  const child = spawn(process.execPath, [script, url, name, String(rounds)], {
    env: { ...process.env, ...childEnvironment },
  })
  let out = ''
  let errors = ''
  const lines = (): readonly string[] => out.split('\n').slice(0, -1)
  const closed = once(child, 'close')
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString('utf8')
  })
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString('utf8')
  })
  return {
    child,
    until: async (count) => {
      while (lines().length < count && child.exitCode === null && child.signalCode === null) {
        await Promise.race([once(child.stdout, 'data'), closed])
      }
    },
    ended: async () => {
      await closed
      return { lines: lines(), errors, code: child.exitCode }
    },
  }
}

/** Fails with the names of acknowledged rows that are not complete in the store. Gives the number of rows. */
export const expectAllKept = async (store: VerdictStore, lines: readonly string[]): Promise<number> => {
  const lost: string[] = []
  for (const line of lines) {
    if (!(await isKept(store, line))) lost.push(line)
  }
  expect(lost).toEqual([])
  return lines.length
}

const isKept = async (store: VerdictStore, line: string): Promise<boolean> => {
  const [what = '', id = '', detail] = line.split(' ')
  switch (what) {
    case 'verdict':
      return (await store.getVerdict(id)) !== undefined
    case 'recording':
      return (await store.loadRecording(id)) !== undefined
    case 'step':
      return (await store.listSteps(id)).some((step) => String(step.index) === detail)
    case 'done':
      return true
    default:
      return (await store.getRun(id)) !== undefined
  }
}
