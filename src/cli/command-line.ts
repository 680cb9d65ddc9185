import { CommanderError } from 'commander'
import { AppError } from '../errors.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import { SourceError } from '../sources/prometheus/client/source-error.ts'
import type { Surroundings } from './command.ts'
import { exitCodes } from './help-text.ts'
import { plain } from './plain.ts'
import { createProgram } from './program.ts'

/** Runs one command line and gives its exit code, of which `exitCodes` has the meaning. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0
  const done = (code: number): void => {
    exitCode = code
  }
  const program = createProgram({ ...surroundings, done })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.error
    const lines = toLines(error)
    if (lines === undefined) throw error
    for (const line of lines) surroundings.errors.write(`canary-judge: ${plain(line)}\n`)
    return exitCodes.error
  }
}

/**
 * The lines to show for an error: one mistake is the message, several get a line each. Undefined for a bug of this
 * program.
 */
function toLines(error: unknown): readonly string[] | undefined {
  if (error instanceof AppError)
    return error.issues.length < 2 ? [error.message] : error.issues.map(toIssueText)
  if (error instanceof SourceError) return [`Prometheus could not be read: ${error.message}`]
  if (!(error instanceof Error)) return undefined
  // a ConfigError, recognised by its fields, because importing its class would load the whole service
  if ('mistakes' in error && Array.isArray(error.mistakes)) return error.mistakes.map(String)
  // an error of the system, such as a port in use or a folder without write permission
  return 'syscall' in error ? [error.message] : undefined
}
