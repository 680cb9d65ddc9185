import { Writable } from 'node:stream'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { commandModel, type CommandModel } from '../../src/cli/completion/command-model.ts'

export interface CommandsRead {
  readonly program: CommandModel
  /** What the help of a command has below its options. */
  readonly afterOf: (path: readonly string[]) => string
  readonly helpOf: (path: readonly string[]) => string
}

/** The commands as the command line has them; none is run. */
export function readCommands(): CommandsRead {
  let written = ''
  const sink = new Writable()
  const program = createProgram({
    engine: { outcomesBySlice: unused, analyze: unused },
    version: '',
    input: process.stdin,
    output: sink,
    errors: sink,
    done: unused,
  })
  const helpOf = (path: readonly string[]): string => {
    const command = path.reduce<Command | undefined>(
      (parent, name) => parent?.commands.find((each) => each.name() === name),
      program,
    )
    written = ''
    command?.configureOutput({ writeOut: (text) => void (written += text), getOutHelpWidth: () => 80 })
    command?.outputHelp()
    return written
  }
  return {
    program: commandModel(program),
    helpOf,
    afterOf: (path) => /^Exit codes:.*/ms.exec(helpOf(path))?.[0] ?? '',
  }
}

function unused(): never {
  throw new Error('expected that no command runs')
}
