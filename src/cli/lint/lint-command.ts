import { type Command, InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import type { LintFlags } from './run-lint.ts'

export function addLint(program: Command, context: CommandContext): void {
  program
    .command('lint')
    .description(
      'Find mistakes in Rollouts, AnalysisTemplates, Canaries, Deployments and policies. Nothing is sent anywhere; docs/lint.md has all rules.',
    )
    .argument('<files...>', 'files or folders; - for standard input')
    .addOption(
      new Option('--format <format>', 'how to write what is found')
        .choices(['text', 'json', 'sarif', 'github'])
        .default('text'),
    )
    .option('--rps <number>', 'requests a second of the service, for what its steps can find', toPositive)
    .option('--error-rate <percent>', 'of its requests that fail when all is well', toPositive, 0.5)
    .option('--ignore <rules>', 'names of rules to leave out, with commas between')
    .addHelpText(
      'after',
      helpText({
        codes: ['no error was found, warnings and notes do not count', 'an error was found'],
        examples: [
          'canary-judge lint --rps 20 deploy/',
          'helm template web charts/web | canary-judge lint -',
        ],
      }),
    )
    .action(async (files: readonly string[], flags: LintFlags) => {
      const [{ runLint }, { currentEnvironment }] = await Promise.all([
        import('./run-lint.ts'),
        import('../../app/config/config.ts'),
      ])
      context.done(await runLint(files, flags, { ...context, env: currentEnvironment() }))
    })
}

function toPositive(text: string): number {
  const value = Number(text)
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('expected a number above 0.')
}
