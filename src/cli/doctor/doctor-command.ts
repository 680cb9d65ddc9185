import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import { wholeNumber } from '../option-number.ts'
import { toParam, toTime } from '../past/past-flags.ts'
import type { DoctorFlags } from './doctor.ts'

export function addDoctor(program: Command, { output, errors, done }: CommandContext): void {
  program
    .command('doctor')
    .description('Ask Prometheus what a policy would get for a workload, and say why it gets nothing.')
    .requiredOption('--policy <file>', 'the policy: a file, or the name of a bundled policy')
    .requiredOption('--namespace <name>', 'of the workload')
    .requiredOption('--name <name>', 'of the Rollout, or of the Canary')
    .option('--canary <revision>', "the canary's revision; for Argo its pod template hash")
    .option('--stable <revision>', "stable's; left out for Flagger")
    .option(
      '--param <key=value>',
      'what the policy asks for beside, such as ingress=web; repeatable',
      toParam,
    )
    .option('--prometheus <url>', 'the Prometheus to ask, in place of that of the configuration')
    .option(
      '--config <file>',
      'the configuration, for its sources and defaults; default: $CANARY_JUDGE_CONFIG',
    )
    .option('--minutes <number>', 'how far back to look', wholeNumber(1, 1440), 30)
    .option('--at <time>', 'the moment to look back from, such as 2026-11-20T10:00:00Z; default: now', toTime)
    .option('--timeout <seconds>', 'for all questions together', wholeNumber(1, 600), 30)
    .option('--json', 'for programs instead of people')
    .option('--verbose', 'also each query, series and label, and the notes')
    .addHelpText(
      'after',
      helpText({
        codes: ['all that a verdict needs is there', 'something is missing'],
        examples: [
          'canary-judge doctor --policy web.yaml --namespace shop --name web ' +
            '--canary 5c6b8d7f4 --stable 7d9f4b5c6 --prometheus http://localhost:9090',
          'canary-judge doctor --policy istio.yaml --namespace shop --name web --config config.yaml',
        ],
      }),
    )
    .action(async (flags: DoctorFlags) => {
      const [{ doctor }, { currentEnvironment }] = await Promise.all([
        import('./doctor.ts'),
        import('../../app/config/config.ts'),
      ])
      const clock = { now: () => Date.now() }
      done(await doctor(flags, { env: currentEnvironment(), clock, output, errors }))
    })
}
