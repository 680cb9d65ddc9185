import { Command } from 'commander'
import type { CommandContext } from './command.ts'
import { commands } from './commands.ts'

/** All commands, with their options and helps. */
export function createProgram(context: CommandContext): Command {
  const { errors, output, version } = context
  const program = new Command('canary-judge')
    .description('Decides whether a canary is good.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Options and examples: --help')
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => errors.write(withoutValues(text)),
    })
  for (const add of Object.values(commands)) add(program, context)
  return program
}

/** the text after a misspelt option may be a token */
const withoutValues = (text: string): string => text.replace(/(unknown option '--[\w-]+)=[^']*'/g, "$1'")
