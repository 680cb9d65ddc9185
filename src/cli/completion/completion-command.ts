import { Argument, type Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { bashScript } from './bash.ts'
import { commandModel } from './command-model.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

export function addCompletion(program: Command, { output }: CommandContext): void {
  program
    .command('completion')
    .description('Write the script by which a shell completes commands and options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      helpText({
        codes: ['the script is complete'],
        examples: ['source <(canary-judge completion bash)', 'canary-judge completion fish | source'],
      }),
    )
    .action((shell: keyof typeof scripts) => {
      output.write(scripts[shell](commandModel(program)))
    })
}
