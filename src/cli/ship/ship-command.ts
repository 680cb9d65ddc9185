import { type Command, Option } from 'commander'
import { collect } from '../collect.ts'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'
import type { ShipFlags, ShipVerb } from './ship-flags.ts'

export function addShip(program: Command, context: CommandContext): void {
  const ship = program
    .command('ship')
    .description('Release with kubectl and plain Deployments: shift, ask the judge, promote or roll back.')
  addStart(ship, context)
  addVerb(ship, context, 'status', 'Show the open release and its stage.', 'the state is shown')
  addVerb(ship, context, 'promote', 'Give stable the new image now, without more verdicts.', 'promoted')
  addVerb(
    ship,
    context,
    'rollback',
    'Give stable the previous image again, also after a promotion.',
    'rolled back',
  )
  addVerb(ship, context, 'abort', 'End an open release: send all traffic back to stable.', 'ended')
}

function addStart(ship: Command, context: CommandContext): void {
  const command = ship
    .command('start')
    .description('Begin a release, or continue it.')
    .requiredOption('--image <image>', 'the new image; for several apps app=image, repeated', collect)
    .requiredOption('--stages <percents>', 'the share of the pods for the canary at each stage', '10,30,50')
    .option('--nginx', 'set the weight of the Ingress <app>-canary (ingress-nginx), not replicas')
    .option(
      '--container <name>',
      'container that gets the image; else the one with the name of the app, or the only one',
    )
    .option('--url <url>', 'address of the service')
    .option('--prometheus <url>', 'judge by this Prometheus, without a service')
    .option(
      '--token-file <file>',
      'file with the token for the service or the Prometheus; else CANARY_JUDGE_TOKEN',
    )
    .addOption(new Option('--token <token>').hideHelp())
    .option('--policy <name>', 'name of a policy; with --prometheus also a file')
    .option('--param <name=value>', 'a parameter that the policy needs; may be repeated', collect)
    .option('--minutes <minutes>', 'planned length of each stage')
    .option('--wait <duration>', 'how long to ask for a pass or a fail at each stage', '1h')
    .option('--interval <duration>', 'how often to ask', '30s')
    .addHelpText(
      'after',
      helpText({
        codes: ['promoted', 'rolled back', 'inconclusive'],
        examples: [
          'canary-judge ship start --namespace shop --app web --image registry.example.org/web:1.5.0 ' +
            '--stages 10,30,50 --url http://canary-judge:8080 --policy deployments',
          'canary-judge ship start --app chat,users --image chat=chat:2 --image users=users:5 --stages 10,50 ' +
            '--prometheus http://prometheus:9090 --policy ./deployments.yaml --dry-run',
        ],
      }),
    )
  common(command).action(run('start', context))
}

function addVerb(
  ship: Command,
  context: CommandContext,
  verb: ShipVerb,
  description: string,
  done: string,
): void {
  common(ship.command(verb).description(description))
    .addHelpText(
      'after',
      helpText({
        codes: [done],
        examples: [
          `canary-judge ship ${verb} --app web --namespace shop`,
          `canary-judge ship ${verb} --app chat,users --context production --why 'release 12'`,
        ],
      }),
    )
    .action(run(verb, context))
}

const common = (command: Command): Command =>
  command
    .requiredOption('--app <apps>', 'Deployments <app>-stable and <app>-canary; several: chat,users')
    .option('--namespace <namespace>', 'namespace of the Deployments; else that of the context of kubectl')
    .option('--context <context>', 'context of kubectl; else the current one')
    .option('--who <name>', 'name of the person; else the user who is logged in')
    .option('--why <text>', 'reason, for the annotations', '')
    .option(
      '--ready-within <duration>',
      'how long pods may take; else the progress deadline of the Deployments',
    )
    .option('--dry-run', 'print every kubectl command, and change nothing')

const run =
  (verb: ShipVerb, context: CommandContext) =>
  async (flags: ShipFlags): Promise<void> => {
    const [{ runShip }, { currentEnvironment }] = await Promise.all([
      import('./run-ship.ts'),
      import('../../app/config/config.ts'),
    ])
    context.done(await runShip(verb, flags, { ...context, env: currentEnvironment() }))
  }
