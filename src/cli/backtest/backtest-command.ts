import type { Command } from 'commander'
import { collect } from '../collect.ts'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { addPastOptions, toParam } from '../past/past-flags.ts'
import type { BacktestFlags } from './run-backtest.ts'

export function addBacktest(program: Command, context: CommandContext): void {
  const command = program
    .command('backtest')
    .description('Judge past rollouts: those in Prometheus, or recordings in files.')
    .argument('[files...]', 'recordings, one a line; without them Prometheus is read')
    .requiredOption('--policy <file>', 'the policy to judge by: a file, or the name of a bundled policy')
    .option('--namespace <name>', 'of the workload')
    .option('--name <name>', 'of the Rollout, or of the Canary')
  addPastOptions(command, '30d')
    .option('--stages <weights>', 'of the canary; without them the traffic shows the weights')
    .option(
      '--against <file>',
      'an AnalysisTemplate or a Canary: what its thresholds would have done; repeatable',
      collect,
    )
    .option('--arg <key=value>', 'a value that --against asks for; repeatable', toParam)
    .option('--save <file>', 'adds each recording to this file, and reads none again that is in it')
    .option('--json', 'one JSON object a line instead of the table')
    .addHelpText(
      'after',
      helpText({
        codes: ['every rollout was judged', 'a recording could not be read'],
        examples: [
          'canary-judge backtest --policy web.yaml --prometheus http://localhost:9090 --namespace shop --name web ' +
            '--since 30d --save past.jsonl',
          'canary-judge backtest --policy web.yaml --prometheus http://localhost:9090 --namespace shop --name web ' +
            '--against analysis-template.yaml',
          'canary-judge backtest --policy stricter.yaml past.jsonl',
        ],
      }),
    )
    .action(async (files: readonly string[], flags: BacktestFlags) => {
      const [{ runBacktest }, { currentEnvironment }] = await Promise.all([
        import('./run-backtest.ts'),
        import('../../app/config/config.ts'),
      ])
      context.done(
        await runBacktest(files, flags, { ...context, env: currentEnvironment(), now: Date.now() }),
      )
    })
}
