import type { Writable } from 'node:stream'
import { pino } from 'pino'
import type { Diagnosis } from '../../judge/ports/diagnosis.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import { ConfigError, type Environment } from '../../app/config/config.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import { probeSource } from '../../judge/judge.ts'
import type { Clock } from '../../judge/ports/ports.ts'
import { createSourceSet } from '../../sources/source-set.ts'
import { doctorCauses, doctorReport } from './doctor-report.ts'
import { messageOf } from '../message-of.ts'
import { plain, plainJson } from '../plain.ts'
import { readPolicyAndWarn } from '../read-policy-file.ts'
import { readSources } from '../read-sources.ts'

/** The flags as they are on the command line. */
export interface DoctorFlags {
  readonly policy: string
  readonly namespace: string
  readonly name: string
  readonly canary?: string
  readonly stable?: string
  readonly param?: Readonly<Record<string, string>>
  readonly prometheus?: string
  readonly config?: string
  readonly minutes: number
  readonly at?: number
  readonly timeout: number
  readonly json?: true
  readonly verbose?: true
}

export interface DoctorSurroundings {
  readonly env: Environment
  readonly clock: Clock
  readonly output: Writable
  readonly errors: Writable
}

/**
 * Shows which data a policy would get from its sources for one workload, and why data are missing. Gives the exit
 * code: 0 = everything that a verdict needs is there, 1 = something is missing, 3 = a source could not be reached.
 */
export async function doctor(flags: DoctorFlags, surroundings: DoctorSurroundings): Promise<0 | 1 | 3> {
  const { output, errors, env } = surroundings
  try {
    const policy = await readPolicyAndWarn(flags.policy, { env, config: flags.config }, errors)
    const diagnosis = await ask(policy, flags, surroundings)
    const title = `${policy.name} for ${flags.namespace}/${flags.name}`
    const hooks = isFlagger(flags) ? unseenHooks : ''
    // the cause within five lines
    const text =
      flags.verbose === true
        ? doctorReport(diagnosis, title)
        : doctorCauses(diagnosis, title, hooks === '' ? 3 : 2)
    const report = `${text}${hooks}`
    output.write(flags.json === true ? `${plainJson(diagnosis, 2)}\n` : report)
    return exitCode(diagnosis)
  } catch (error) {
    const lines = linesOf(error)
    if (lines === undefined) throw error
    for (const line of lines) errors.write(`canary-judge: ${plain(line)}\n`)
    return 3
  }
}

const unseenHooks =
  'Which hooks the Canary calls cannot be seen here: without pre-rollout and rollout it never starts (docs/flagger.md).\n'

/** whether the parameters are those of Flagger's presets */
function isFlagger({ stable, param }: DoctorFlags): boolean {
  return (param?.['controller'] ?? (stable === undefined ? 'flagger' : 'argo')) === 'flagger'
}

async function ask(
  policy: Policy,
  flags: DoctorFlags,
  { env, clock }: DoctorSurroundings,
): Promise<Diagnosis> {
  const source = createSourceSet({
    sources: await readSources(policy, flags, env),
    clock,
    log: pino({ level: 'silent' }),
  })
  const { namespace, name, canary, stable, param = {}, at, minutes, timeout } = flags
  try {
    const diagnosis = await probeSource(source, {
      policy,
      namespace,
      name,
      canary,
      stable,
      params: param,
      until: at ?? clock.now(),
      minutes,
      signal: AbortSignal.timeout(timeout * 1000),
    })
    if (diagnosis === undefined) throw new AppError('internal', 'expected a source that can be probed')
    return diagnosis
  } finally {
    await source.close()
  }
}

/** a source that does not answer leaves the result unknown */
function exitCode({ ok, findings }: Diagnosis): 0 | 1 | 3 {
  if (ok) return 0
  return findings.some(({ level }) => level === 'error') ? 3 : 1
}

function linesOf(error: unknown): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.mistakes
  if (!(error instanceof AppError)) return undefined
  return error.issues.length < 2 ? [messageOf(error)] : error.issues.map(toIssueText)
}
