import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { wholeNumber } from '../option-number.ts'
import { addPastOptions } from '../past/past-flags.ts'
import type { AaFlags } from './run-aa.ts'

export function addAa(program: Command, context: CommandContext): void {
  const command = program
    .command('aa')
    .description('Pretend that pods of stable are canaries: how often healthy rollouts would be aborted.')
    .requiredOption('--policy <file>', 'the policy to judge by: a file, or the name of a bundled policy')
    .requiredOption('--namespace <name>', 'of the workload')
    .requiredOption('--name <name>', 'of the Rollout, or of the Canary')
  addPastOptions(command, '7d')
    .option('--stages <weights>', 'of the canary, in percent of the traffic', '5,25,50')
    .option('--minutes <number>', 'length of each step; without it the policy says', wholeNumber(1, 1440))
    .option('--rollouts <number>', 'to play of each release', wholeNumber(10, 5000), 300)
    .option('--save <file>', 'adds what was read to this file, and reads nothing again that is in it')
    .option('--json', 'one JSON object instead of the table')
    .addHelpText(
      'after',
      helpText({
        codes: ['the rollouts were played'],
        examples: [
          'canary-judge aa --policy web.yaml --prometheus http://localhost:9090 --namespace shop --name web --since 7d',
          'canary-judge aa --policy web.yaml --prometheus http://localhost:9090 --namespace shop --name web ' +
            '--stages 10,50 --minutes 15 --rollouts 100 --json',
        ],
      }),
    )
    .action(async (flags: AaFlags) => {
      const [{ runAa }, { currentEnvironment }] = await Promise.all([
        import('./run-aa.ts'),
        import('../../app/config/config.ts'),
      ])
      context.done(await runAa(flags, { ...context, env: currentEnvironment(), now: Date.now() }))
    })
}
