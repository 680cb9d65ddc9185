import { type Command, InvalidArgumentError } from 'commander'
import { setTimeout as wait } from 'node:timers/promises'
import type { CommandContext } from '../command.ts'
import { helpText } from '../help-text.ts'

export function addDemo(program: Command, { output, version }: CommandContext): void {
  program
    .command('demo')
    .description('Run the service with simulated rollouts, on a separate store, and say what to try.')
    .option('--speed <minutes>', 'minutes of the rollouts that pass in a second', toSpeed, 1)
    .addHelpText(
      'after',
      helpText({
        codes: ['ended by Ctrl-C'],
        examples: ['canary-judge demo', 'PORT=9000 canary-judge demo --speed 10'],
      }),
    )
    .action(async ({ speed }: { readonly speed: number }) => {
      const [{ demo }, { currentEnvironment }] = await Promise.all([
        import('./demo.ts'),
        import('../../app/config/config.ts'),
      ])
      const minute = (signal: AbortSignal): Promise<void> => wait(1000 / speed, undefined, { signal })
      await demo({ env: currentEnvironment(), output, ended: untilSignal(), minute, version })
    })
}

/** Keeps listening, because under npm Ctrl-C sends the signal twice: from the terminal and from npm. */
function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  return promise
}

function toSpeed(text: string): number {
  const speed = Number(text)
  if (/^\d{1,3}(\.\d{1,3})?$/.test(text) && speed > 0 && speed <= 100) return speed
  throw new InvalidArgumentError('expected a number above 0 and up to 100.')
}
