import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import type { ImportFlags } from './run-import.ts'

export function addImport(program: Command, context: CommandContext): void {
  program
    .command('import')
    .description(
      'Write a policy made from a canaryConfig of Kayenta, an AnalysisTemplate or a Canary of Flagger, and list what is lost.',
    )
    .argument('<files...>', 'YAML or JSON; with a Canary also its MetricTemplates; - for standard input')
    .option('--only <name>', 'of the one to import, where the files have several')
    .option('--json', 'policy, losses and warnings as one JSON object')
    .addHelpText(
      'after',
      helpText({
        codes: ['here is the policy', 'there is none, for the reasons listed'],
        examples: [
          'canary-judge import canary-config.json > web.yaml',
          'helm template shop | canary-judge import - --only web --json | jq -r .policy',
        ],
      }),
    )
    .action(async (files: readonly string[], flags: ImportFlags) => {
      const { runImport } = await import('./run-import.ts')
      context.done(await runImport(files, flags, context))
    })
}
