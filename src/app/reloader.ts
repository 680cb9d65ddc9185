import { AppError } from '../app-error.ts'
import type { FieldIssue } from '../app-error.ts'
import { type Config, ConfigError, type ConfigReading } from '../config.ts'
import { type FileWatch, watchFiles } from '../files/watch-files.ts'
import { toIssueText } from '../formats/issue-text.ts'
import type { ReloadableLibrary } from '../policies/policy-library.ts'
import type { Log } from '../ports.ts'
import type { Health } from '../telemetry/health.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { policyPlaces } from './policy-places.ts'

export interface ReloaderDeps {
  readonly policies: ReloadableLibrary
  readonly current: () => Config
  /** Puts a new configuration in force. */
  readonly take: (config: Config) => void
  /** Undefined = the configuration came from code and never changes. */
  readonly readConfig: (() => Promise<ConfigReading>) | undefined
  readonly files: readonly string[]
  readonly log: Log
  readonly health: Health
  readonly metrics: Metrics
}

export interface Reloader {
  /** Looks for changes now. */
  check(): Promise<void>
  close(): Promise<void>
}

/** Takes changed files into use, all of a kind at once; a bad one leaves what was there in force and says so. */
export async function startReloader(deps: ReloaderDeps): Promise<Reloader> {
  const { current, log } = deps
  const everyMs = current().reloadEveryMs
  const policyWatch = await watchFiles({
    paths: directoriesOf(current()),
    everyMs,
    log,
    onChange: () => reloadPolicies(deps),
  })
  const configWatch: FileWatch = await watchFiles({
    paths: deps.files,
    everyMs,
    log,
    async onChange() {
      await configWatch.follow(await reloadConfig(deps))
      await policyWatch.follow(directoriesOf(current()))
    },
  })
  return {
    async check() {
      await configWatch.check()
      await policyWatch.check()
    },
    async close() {
      await Promise.all([configWatch.close(), policyWatch.close()])
    },
  }
}

const directoriesOf = ({ policies }: Config): readonly string[] =>
  policies.directory === undefined ? [] : [policies.directory]

/** Gives the files to watch from now on. */
async function reloadConfig(deps: ReloaderDeps): Promise<readonly string[]> {
  if (deps.readConfig === undefined) return deps.files
  try {
    const { config, warnings, files } = await deps.readConfig()
    for (const warning of [...warnings, ...needRestart(deps.current(), config)]) {
      deps.log.warn({ warning }, 'configuration')
    }
    deps.take(config)
    succeeded(deps, 'config')
    await reloadPolicies(deps)
    return files
  } catch (error) {
    failed(deps, 'config', error)
    return [...new Set([...deps.files, ...(error instanceof ConfigError ? error.files : [])])]
  }
}

async function reloadPolicies(deps: ReloaderDeps): Promise<void> {
  try {
    await deps.policies.load(policyPlaces(deps.current()))
    succeeded(deps, 'policies')
  } catch (error) {
    failed(deps, 'policies', error)
  }
}

function succeeded({ log, health, metrics }: ReloaderDeps, what: string): void {
  health.ok(what)
  metrics.reloads.inc({ what, result: 'taken' })
  log.info({ what }, 'changed files are in force')
}

function failed({ log, health, metrics }: ReloaderDeps, what: string, error: unknown): void {
  health.degraded(what, 'the changed files are invalid, see the log; what was there before stays in force')
  metrics.reloads.inc({ what, result: 'refused' })
  log.error({ what, mistakes: mistakesOf(error), err: error }, 'changed files are invalid and not in force')
}

function mistakesOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.mistakes
  const issues: readonly FieldIssue[] = error instanceof AppError ? error.issues : []
  return issues.map(toIssueText)
}

function needRestart(before: Config, after: Config): readonly string[] {
  const fixed = ['host', 'port', 'trustProxy', 'reloadEveryMs'] as const
  const changed: string[] = fixed.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
  const fixedLimits = ['connections', 'requestTimeoutMs'] as const
  changed.push(
    ...fixedLimits.filter((key) => before.limits[key] !== after.limits[key]).map((key) => `limits.${key}`),
  )
  if (before.database.reveal() !== after.database.reveal()) changed.push('database')
  return changed.map((key) => `${key} has changed, which takes a restart`)
}
