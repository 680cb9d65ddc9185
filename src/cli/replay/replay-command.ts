import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { readPolicyAndWarn } from '../read-policy-file.ts'
import { replay } from './replay.ts'

interface ReplayFlags {
  readonly policy: string
  readonly config?: string
  readonly allLooks?: true
  readonly table?: true
}

export function addReplay(program: Command, context: CommandContext): void {
  const { engine, errors, done } = context
  program
    .command('replay')
    .description(
      'Read one recording from each line, judge it after every slice of the rollout, and write one verdict on each line.',
    )
    .requiredOption('--policy <file>', 'the policy to judge by: a file, or the name of a bundled policy')
    .option('--config <file>', 'the configuration, for its defaults; default: $CANARY_JUDGE_CONFIG')
    .option('--all-looks', 'every look with score and summary, not only those at which the verdict changed')
    .option('--table', 'a table for people instead of JSON')
    .addHelpText(
      'after',
      helpText({
        codes: ['every recording was replayed', 'a line was no recording'],
        examples: [
          'canary-judge replay --policy web.yaml < recordings.jsonl > verdicts.jsonl',
          'curl -s "$JUDGE/v1/verdicts/$ID/recording" | canary-judge replay --policy web.yaml --table --all-looks',
        ],
      }),
    )
    .action(async (flags: ReplayFlags) => {
      const { currentEnvironment } = await import('../../app/config/config.ts')
      const place = { env: currentEnvironment(), config: flags.config }
      const policy = await readPolicyAndWarn(flags.policy, place, errors)
      if (context.input.isTTY === true)
        errors.write('reading recordings from the terminal; `< recordings.jsonl` reads a file\n')
      const options = { policy, engine, allLooks: flags.allLooks === true, table: flags.table === true }
      done(await replay(options, context))
    })
}
