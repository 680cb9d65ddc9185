import { Command, CommanderError } from 'commander'
import { AppError } from '../errors.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import { parsePolicy } from '../formats/policy/parse-policy.ts'
import { checkCommand } from './check/check-command.ts'
import { addDoctor } from './doctor/doctor-command.ts'
import { readPolicyText } from './read-policy-text.ts'
import { replay, type Streams } from './replay/replay.ts'
import type { Engine } from './replay/replay-recording.ts'

export interface Surroundings extends Streams {
  readonly engine: Engine
  readonly version: string
}

/**
 * Runs one command line and gives the exit code: 0 done, 1 done with bad input, 2 wrong usage or policy; `check` and
 * `doctor` have codes of their own.
 */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0
  const program = createProgram(surroundings, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage(args)
    const lines = toLines(error)
    if (lines === undefined) throw error
    for (const line of lines) surroundings.errors.write(`canary-judge: ${line}\n`)
    return 2
  }
}

/** For `check`, 1 and 2 are verdicts, and `doctor` goes with it. */
export const wrongUsage = (args: readonly string[]): 2 | 3 =>
  args[0] === 'check' || args[0] === 'doctor' ? 3 : 2

interface ReplayFlags {
  readonly policy: string
  readonly allLooks?: true
  readonly table?: true
}

function createProgram(surroundings: Surroundings, done: (code: number) => void): Command {
  const { engine, errors, output, version } = surroundings
  const program = new Command('canary-judge')
    .description('Decides whether a canary is good.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => errors.write(withoutValues(text)),
    })
  program
    .command('demo')
    .description('Run the service on a store of its own with simulated rollouts, and say what to try.')
    .action(async () => {
      // The service is more than the other commands need to load.
      const [{ demo }, { currentEnvironment }] = await Promise.all([
        import('./demo/demo.ts'),
        import('../app/config/config.ts'),
      ])
      await demo({ env: currentEnvironment(), output, ended: untilSignal(), version })
    })
  const check = checkCommand(async (flags) => {
    const [{ runCheck }, { currentEnvironment }] = await Promise.all([
      import('./check/run-check.ts'),
      import('../app/config/config.ts'),
    ])
    done(await runCheck(flags, { ...surroundings, env: currentEnvironment() }))
  })
  program.addCommand(check.copyInheritedSettings(program))
  program
    .command('replay')
    .description(
      'Read one recording a line, look at it after every slice of the rollout, write one verdict a line.',
    )
    .requiredOption('--policy <file>', 'the policy to judge by, YAML or JSON')
    .option('--all-looks', 'every look with score and summary, not only those at which the verdict changed')
    .option('--table', 'for people instead of programs')
    .addHelpText(
      'after',
      '\nExample: canary-judge replay --policy web.yaml < recordings.jsonl > verdicts.jsonl',
    )
    .action(async (flags: ReplayFlags) => {
      const { policy, warnings } = parsePolicy(await readPolicyText(flags.policy), flags.policy)
      for (const warning of warnings) errors.write(`${flags.policy}: warning: ${toIssueText(warning)}\n`)
      const options = { policy, engine, allLooks: flags.allLooks === true, table: flags.table === true }
      done(await replay(options, surroundings))
    })
  const currentSurroundings = async () => {
    const { currentEnvironment } = await import('../app/config/config.ts')
    return { env: currentEnvironment(), clock: { now: () => Date.now() } }
  }
  addDoctor(program, currentSurroundings, { output, errors }, done)
  return program
}

/** What stands behind a misspelt option may be a token. */
const withoutValues = (text: string): string => text.replace(/(unknown option '--[\w-]+)=[^']*'/g, "$1'")

/** Goes on listening: at a Ctrl-C under npm the signal comes twice, from the terminal and from npm. */
function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  return promise
}

/** One mistake is the message; of several, each stands on its own line. Undefined for a fault of our own. */
function toLines(error: unknown): readonly string[] | undefined {
  if (error instanceof AppError)
    return error.issues.length < 2 ? [error.message] : error.issues.map(toIssueText)
  if (!(error instanceof Error)) return undefined
  // Of the configuration, by its shape: the service is more than the other commands need to load.
  if ('mistakes' in error && Array.isArray(error.mistakes)) return error.mistakes.map(String)
  // Of the system: a port that is taken, a folder that cannot be written to.
  return 'syscall' in error ? [error.message] : undefined
}
