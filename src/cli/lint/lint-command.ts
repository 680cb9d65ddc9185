import { type Command, Option } from 'commander'
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
    .option('--ignore <rules>', 'names of rules to leave out, with commas between')
    .addHelpText(
      'after',
      helpText({
        codes: ['no error was found, warnings and notes do not count', 'an error was found'],
        examples: ['canary-judge lint deploy/', 'helm template web charts/web | canary-judge lint -'],
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
