import { type Command, Option } from 'commander'
import { collect } from '../collect.ts'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import type { CheckFlags } from './check-request.ts'

export function addCheck(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('Ask for the verdict on a canary.')
    .option('--url <url>', 'address of the service')
    .option('--prometheus <url>', 'judge by this Prometheus, without a service')
    .option(
      '--token-file <file>',
      'file with the token for the service or the Prometheus; else CANARY_JUDGE_TOKEN',
    )
    .addOption(new Option('--token <token>').hideHelp())
    .option('--policy <name>', 'name of a policy; with --prometheus also a file')
    .requiredOption('--namespace <namespace>', 'namespace of the rollout')
    .requiredOption('--name <name>', 'name of the rollout')
    .requiredOption('--canary <revision>', 'what is judged, such as a pod template hash')
    .requiredOption('--stable <revision>', 'what it is compared with')
    .option('--step <i/of>', 'which step of how many, counted from 1')
    .option('--weight <percent>', 'share of the traffic that goes to the canary in this step')
    .option('--next <percent>', 'the weight that follows')
    .option('--minutes <minutes>', 'planned length of the step')
    .option('--start <time>', 'when the rollout began, such as 2026-11-20T10:00:00Z')
    .option('--param <name=value>', 'a parameter that the policy needs; may be repeated', collect)
    .option('--wait <duration>', 'repeat the request until pass or fail, at most for this time, such as 15m')
    .option('--interval <duration>', 'how often to ask while waiting', '30s')
    .option('--json', 'the whole verdict as JSON')
    .addHelpText(
      'after',
      helpText({
        codes: ['pass', 'fail', 'inconclusive'],
        examples: [
          'canary-judge check --url http://canary-judge:8080 --namespace shop --name web ' +
            '--canary 79c4bfb5d --stable 6b8d7c5f4b --wait 15m',
          'canary-judge check --prometheus http://prometheus:9090 --policy ./web.yaml --namespace shop ' +
            '--name web --canary v2 --stable v1 --step 1/3 --weight 10 --next 50',
        ],
      }),
    )
    .action(async (flags: CheckFlags) => {
      const [{ runCheck }, { currentEnvironment }] = await Promise.all([
        import('./run-check.ts'),
        import('../../app/config/config.ts'),
      ])
      context.done(await runCheck(flags, { ...context, env: currentEnvironment() }))
    })
}
