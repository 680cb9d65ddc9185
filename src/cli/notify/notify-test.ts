import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { type Config, ConfigError, type Environment, readConfig } from '../../app/config/config.ts'
import type { Clock, EventKind, RolloutEvent } from '../../judge/ports/ports.ts'
import { deliver } from '../../notify/deliver.ts'
import type { NotifySettings } from '../../notify/settings.ts'
import { exitCodes } from '../help-text.ts'

/** As they stand on the command line. */
export interface NotifyFlags {
  readonly config?: string
  readonly target?: string
  readonly event: EventKind
}

export interface NotifySurroundings {
  readonly env: Environment
  readonly clock: Clock
  readonly output: Writable
  readonly errors: Writable
}

/** Gives the exit code. */
export async function notifyTest(flags: NotifyFlags, surroundings: NotifySurroundings): Promise<0 | 1 | 3> {
  const { env, clock, output, errors } = surroundings
  try {
    const path = flags.config
    const { config } = await readConfig({ ...env, ...(path !== undefined && { CANARY_JUDGE_CONFIG: path }) })
    const names = Object.keys(config.notify.targets)
    const wanted = flags.target === undefined ? names : names.filter((name) => name === flags.target)
    if (wanted.length === 0) {
      errors.write(`canary-judge: ${nothingToTest(flags.target, names)}\n`)
      return exitCodes.error
    }
    const results = await Promise.all(wanted.map((target) => tryTarget(target, flags.event, config, clock)))
    for (const { line } of results) output.write(`${line}\n`)
    return results.every(({ ok }) => ok) ? 0 : 1
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const mistake of error.mistakes) errors.write(`canary-judge: ${mistake}\n`)
    return exitCodes.error
  }
}

const nothingToTest = (target: string | undefined, names: readonly string[]): string =>
  target === undefined
    ? 'expected notify.targets in the configuration, got none'
    : `expected one of the targets ${names.join(', ')}, got "${target}"`

async function tryTarget(target: string, kind: EventKind, { notify, publicUrl }: Config, clock: Clock) {
  const settings: NotifySettings = { ...notify, ...(publicUrl !== undefined && { publicUrl }) }
  const now = clock.now()
  const event = exampleEvent(kind, now)
  const posted = await deliver({ id: event.id, target, event }, settings, new AbortController().signal, now)
  const ok = posted.result === 'sent'
  return { ok, line: ok ? `${target}: delivered` : `${target}: not delivered, ${posted.why}` }
}

const exampleEvent = (kind: EventKind, at: number): RolloutEvent => ({
  id: `test-${randomUUID()}`,
  kind,
  at,
  namespace: 'canary-judge',
  name: 'test',
  run: { id: 'test', revision: 'test-revision', policy: 'test', policyDigest: 'test' },
  step: { index: 0, of: 3, weight: 5 },
  verdict: {
    id: 'test',
    judged: 'inconclusive',
    verdict: 'inconclusive',
    score: 50,
    summary: 'this is a test by canary-judge notify test',
  },
  decision: { kind: 'approve', scope: 'step', by: 'canary-judge notify test', reason: 'this is a test' },
})
