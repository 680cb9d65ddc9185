import { type Command, InvalidArgumentError, Option } from 'commander'
import { noises } from '../../simulate/noise.ts'
import type { CommandContext } from '../command.ts'
import type { PlanFlags } from './run-plan.ts'

export function addPlan(program: Command, context: CommandContext): void {
  program
    .command('plan')
    .description('Play simulated rollouts of a service like yours: what the judge would find, and how soon.')
    .requiredOption('--rps <number>', 'requests a second, both versions together', between(0.01, 100_000))
    .option('--error-rate <percent>', 'of the requests that fail when all is well', between(0, 50), 0.5)
    .option('--p95 <ms>', 'the 95th percentile of latency when all is well', between(1, 600_000), 250)
    .option(
      '--conversion <percent>',
      'of the requests that convert; judges conversion too',
      between(0.01, 99),
    )
    .option('--pods <number>', 'of the stable version', between(1, 500), 10)
    .addOption(
      new Option('--noise <kind>', 'how the pods of one version differ without a cause')
        .choices(Object.keys(noises))
        .default('quiet'),
    )
    .option('--stages <weights>', 'of the canary, in percent of the traffic', '5,25,50')
    .option('--minutes <number>', 'length of each step; without it the policy says', between(1, 1440))
    .option('--policy <file>', 'judge by this policy instead of the default rules')
    .option(
      '--rollouts <number>',
      'to play for each line; more are slower and more exact',
      between(10, 2000),
      40,
    )
    .option('--json', 'one JSON object instead of the table')
    .addHelpText(
      'after',
      '\nExamples: canary-judge plan --rps 20' +
        '\n          canary-judge plan --rps 2 --error-rate 0.1 --p95 80 --pods 3 --stages 10,50 --minutes 20',
    )
    .action(async (flags: PlanFlags) => {
      const { runPlan } = await import('./run-plan.ts')
      context.done(await runPlan(flags, context))
    })
}

function between(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected a number from ${least} to ${most}.`)
  }
}
