import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'

export function addDemo(program: Command, { output, version }: CommandContext): void {
  program
    .command('demo')
    .description('Run the service on a store of its own with simulated rollouts, and say what to try.')
    .action(async () => {
      const [{ demo }, { currentEnvironment }] = await Promise.all([
        import('./demo.ts'),
        import('../../app/config/config.ts'),
      ])
      await demo({ env: currentEnvironment(), output, ended: untilSignal(), version })
    })
}

/** Goes on listening: at a Ctrl-C under npm the signal comes twice, from the terminal and from npm. */
function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  return promise
}
