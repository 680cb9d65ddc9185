import { type Command, Option } from 'commander'
import type { CommandContext } from '../command.ts'
import type { ShipFlags, ShipVerb } from './ship-flags.ts'

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

export function addShip(program: Command, context: CommandContext): void {
  const ship = program
    .command('ship')
    .description('Release with kubectl and plain Deployments: shift, ask the judge, promote or roll back.')
  addStart(ship, context)
  addVerb(ship, context, 'status', 'Say which release goes on, and how far it is.')
  addVerb(ship, context, 'promote', 'Give stable the new image now, without more verdicts.')
  addVerb(ship, context, 'rollback', 'Give stable the image of before, also after a promotion.')
  addVerb(ship, context, 'abort', 'End a release that goes on: all traffic back to stable.')
}

function addStart(ship: Command, context: CommandContext): void {
  const command = ship
    .command('start')
    .description(
      'Begin a release, or go on with it; exit 0 for promoted, 1 rolled back, 2 inconclusive, 3 error.',
    )
    .requiredOption('--image <image>', 'the new image; of several apps app=image, repeated', collect)
    .requiredOption('--stages <percents>', 'the share of the pods for the canary at each stage', '10,30,50')
    .option('--nginx', 'the weight is that of ingress-nginx, in the Ingress <app>-canary')
    .option(
      '--container <name>',
      'which container gets the image; else the one named as the app, or the only one',
    )
    .option('--url <url>', 'the service to ask')
    .option('--prometheus <url>', 'judge by this Prometheus, without a service')
    .option('--token-file <file>', 'holds the token for whichever is asked; else CANARY_JUDGE_TOKEN')
    .addOption(new Option('--token <token>').hideHelp())
    .option('--policy <name>', 'name of a policy; with --prometheus also a file')
    .option('--param <name=value>', 'what the policy asks for; may be repeated', collect)
    .option('--minutes <minutes>', 'planned length of each stage')
    .option('--wait <duration>', 'how long to ask for a pass or a fail at each stage', '1h')
    .option('--interval <duration>', 'how often to ask', '30s')
    .addHelpText(
      'after',
      '\nExample: canary-judge ship start --namespace shop --app web --image registry.example.org/web:1.5.0 ' +
        '--stages 10,30,50 --url http://canary-judge:8080 --policy deployments',
    )
  common(command).action(run('start', context))
}

function addVerb(ship: Command, context: CommandContext, verb: ShipVerb, description: string): void {
  common(ship.command(verb).description(description)).action(run(verb, context))
}

const common = (command: Command): Command =>
  command
    .requiredOption('--app <apps>', 'Deployments <app>-stable and <app>-canary; several: chat,users')
    .option('--namespace <namespace>', 'where they are; else that of the context of kubectl')
    .option('--context <context>', 'of kubectl; else the one in use')
    .option('--who <name>', 'who does this; else who is logged in')
    .option('--why <text>', 'why, for the annotations', '')
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
