import { Command, CommanderError } from 'commander'
import { AppError } from '../errors.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import type { CommandContext, Surroundings } from './command.ts'
import { commands } from './commands.ts'
import { plain } from './plain.ts'

/**
 * Runs one command line and gives the exit code: 0 done, 1 done with bad input, 2 wrong usage or policy; `check`,
 * `ship`, `doctor` and `lint` have codes of their own.
 */
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
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage(args)
    const lines = toLines(error)
    if (lines === undefined) throw error
    for (const line of lines) surroundings.errors.write(`canary-judge: ${plain(line)}\n`)
    return 2
  }
}

/** For `check` and `ship` the codes 1 and 2 are verdicts; `doctor` and `lint` follow them. */
const wrongUsage = (args: readonly string[]): 2 | 3 =>
  ['check', 'ship', 'doctor', 'lint'].includes(args[0] ?? '') ? 3 : 2

function createProgram(context: CommandContext): Command {
  const { errors, output, version } = context
  const program = new Command('canary-judge')
    .description('Decides whether a canary is good.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => errors.write(withoutValues(text)),
    })
  for (const add of Object.values(commands)) add(program, context)
  return program
}

/** the text after a misspelt option may be a token */
const withoutValues = (text: string): string => text.replace(/(unknown option '--[\w-]+)=[^']*'/g, "$1'")

/**
 * The lines to show for an error: one mistake is the message, several get a line each. Undefined for a bug of this
 * program.
 */
function toLines(error: unknown): readonly string[] | undefined {
  if (error instanceof AppError)
    return error.issues.length < 2 ? [error.message] : error.issues.map(toIssueText)
  if (!(error instanceof Error)) return undefined
  // a ConfigError, recognised by its fields, because importing its class would load the whole service
  if ('mistakes' in error && Array.isArray(error.mistakes)) return error.mistakes.map(String)
  // an error of the system, such as a port in use or a folder without write permission
  return 'syscall' in error ? [error.message] : undefined
}
