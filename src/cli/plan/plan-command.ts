import { type Command, Option } from 'commander'
import { noises } from '../../simulate/noise.ts'
import { collect } from '../collect.ts'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { decimalNumber } from '../option-number.ts'
import { addPastOptions } from '../past/past-flags.ts'
import type { PlanFlags } from './run-plan.ts'

export function addPlan(program: Command, context: CommandContext): void {
  const command = program
    .command('plan')
    .description('Say what the judge would find in rollouts of your service, with which steps, and how soon.')
    .option('--rps <number>', 'requests a second, both versions together', decimalNumber(0.01, 100_000))
    .option('--error-rate <percent>', 'of the requests that fail when all is well', decimalNumber(0, 50), 0.5)
    .option('--p95 <ms>', 'the 95th percentile of latency when all is well', decimalNumber(1, 600_000), 250)
    .option(
      '--conversion <percent>',
      'of the requests that convert; judges conversion too',
      decimalNumber(0.01, 99),
    )
    .option('--pods <number>', 'of the stable version', decimalNumber(1, 500), 10)
    .addOption(
      new Option('--noise <kind>', 'how the pods of one version differ without a cause')
        .choices(Object.keys(noises))
        .default('quiet'),
    )
    .option('--stages <weights>', 'of the canary, in percent of the traffic', '5,25,50')
    .option('--minutes <number>', 'length of each step; without it the policy says', decimalNumber(1, 1440))
    .option('--policy <file>', 'judge by this file or bundled policy instead of the default rules')
    .option(
      '--find <metric=effect>',
      'say how long it takes: errors=2, p95=25%, conversion=20%; repeatable',
      collect,
    )
    .option('--patience <duration>', 'propose steps and a policy for a rollout of this length, such as 30m')
    .option('--namespace <name>', 'of the workload to measure, with --prometheus or --config')
    .option('--name <name>', 'of that workload')
  addPastOptions(command, '2d')
    .option(
      '--rollouts <number>',
      'play so many simulated rollouts of each sort of release: slower, whatever the noise',
      decimalNumber(10, 2000),
    )
    .option('--json', 'one JSON object instead of the table')
    .addHelpText(
      'after',
      helpText({
        codes: ['the plan is complete'],
        examples: [
          'canary-judge plan --rps 20',
          'canary-judge plan --rps 2 --error-rate 0.1 --find errors=3 --patience 60m',
          'canary-judge plan --policy web.yaml --prometheus http://localhost:9090 --namespace shop --name web',
        ],
      }),
    )
    .action(async (flags: PlanFlags) => {
      const [{ runPlan }, { currentEnvironment }] = await Promise.all([
        import('./run-plan.ts'),
        import('../../app/config/config.ts'),
      ])
      context.done(await runPlan(flags, { ...context, env: currentEnvironment() }))
    })
}
