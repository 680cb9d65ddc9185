import { runCommandLine } from '../../src/cli/command-line.ts'
import { analyze, outcomesBySlice } from '../../src/engine/index.ts'
import { collect } from './streams.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line without spaces in its values, with the real engine, in this process. */
export async function runCli(line: string, input = ''): Promise<Ran> {
  const streams = collect(input)
  const surroundings = { ...streams, engine: { analyze, outcomesBySlice }, version: '0' }
  const code = await runCommandLine(line.split(' '), surroundings)
  return { code, out: streams.out(), err: streams.err() }
}
