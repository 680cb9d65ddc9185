import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../../formats/policy/amounts.ts'
import type { SourceFlags } from '../flag-names.ts'

/** The flags of commands that read what Prometheus still has of a workload. */
export interface PastFlags extends SourceFlags {
  readonly policy: string
  readonly namespace: string
  readonly name: string
  readonly param?: Readonly<Record<string, string>>
  /** Seconds. */
  readonly since: number
  /** Milliseconds. */
  readonly until?: number
  readonly stages?: string
  readonly save?: string
  readonly json?: true
}

export function addPastOptions(command: Command, since: string): Command {
  return command
    .option('--prometheus <url>', 'the Prometheus to read')
    .option(
      '--config <file>',
      'the configuration, for its sources and defaults; default: $CANARY_JUDGE_CONFIG',
    )
    .option(
      '--param <key=value>',
      'what the policy asks for beside, such as controller=flagger; repeatable',
      toParam,
    )
    .addOption(
      new Option('--since <duration>', 'how far back to read')
        .argParser(toSeconds)
        .default(parseDuration(since), since),
    )
    .option(
      '--until <time>',
      'the end of the time to read, such as 2026-11-20T10:00:00Z; default: now',
      toTime,
    )
}

export function toParam(
  pair: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, value] = /^([A-Za-z_]\w{0,62})=(.*)$/s.exec(pair) ?? []
  if (key === undefined || value === undefined || key === '__proto__') {
    throw new InvalidArgumentError('expected key=value.')
  }
  return { ...before, [key]: value }
}

export function toTime(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new InvalidArgumentError('expected a time such as 2026-11-20T10:00:00Z.')
}

function toSeconds(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds >= 3600 && seconds <= 366 * 86_400) return seconds
  throw new InvalidArgumentError('expected a duration of an hour to a year, such as 7d.')
}
