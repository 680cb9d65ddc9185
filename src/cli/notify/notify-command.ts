import { type Command, Option } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { eventKinds } from '../../judge/ports/ports.ts'
import type { NotifyFlags } from './notify-test.ts'

export function addNotify(program: Command, { output, errors, done }: CommandContext): void {
  program
    .command('notify')
    .description('Messages to people.')
    .command('test')
    .description('Send one message about an invented rollout to each target, and say whether it arrived.')
    .option('--config <file>', 'the configuration with `notify`; default: $CANARY_JUDGE_CONFIG')
    .option('--target <name>', 'only to this one')
    .addOption(
      new Option('--event <kind>', 'event of the message; fail and waiting raise an alarm at pagers')
        .choices(eventKinds)
        .default('began'),
    )
    .addHelpText(
      'after',
      helpText({
        codes: ['every target accepted it', 'one did not'],
        examples: [
          'canary-judge notify test --config config.yaml',
          'canary-judge notify test --config config.yaml --target pager --event fail',
        ],
      }),
    )
    .action(async (flags: NotifyFlags) => {
      const [{ notifyTest }, { currentEnvironment }] = await Promise.all([
        import('./notify-test.ts'),
        import('../../app/config/config.ts'),
      ])
      const clock = { now: () => Date.now() }
      done(await notifyTest(flags, { env: currentEnvironment(), clock, output, errors }))
    })
}
