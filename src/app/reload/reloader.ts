import { AppError } from '../../errors.ts'
import type { FieldIssue } from '../../errors.ts'
import { type Config, ConfigError, type ConfigReading } from '../config/config.ts'
import { type FileWatch, watchFiles } from './watch-files.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import type { PoliciesRead, RefusedFile, ReloadableLibrary } from '../../judge/judge.ts'
import type { Log } from '../../judge/ports/ports.ts'
import type { Health } from '../../telemetry/health.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { policyPlaces } from './policy-places.ts'
import { warnOfSources } from './warn-of-sources.ts'

export interface ReloaderDeps {
  readonly policies: ReloadableLibrary
  readonly current: () => Config
  /** Puts a new configuration into force. */
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

/**
 * Loads the policies and uses changed files: all policies at once, and the whole configuration at once. A file with a
 * mistake is reported, and what was in force stays. Rejects when the policies are invalid at the start.
 */
export async function startReloader(deps: ReloaderDeps): Promise<Reloader> {
  const { current, files, log } = deps
  const everyMs = current().reloadEveryMs
  const oneAtATime = createQueue()
  const policyWatch: FileWatch = await watchFiles({
    paths: directoriesOf(current()),
    everyMs,
    log,
    onChange: () => oneAtATime(() => reloadPolicies(deps, policyWatch)),
  })
  const configWatch: FileWatch = await watchFiles({
    paths: files,
    everyMs,
    log,
    onChange: () => oneAtATime(() => reloadConfig(deps, configWatch, policyWatch)),
  })
  const close = async (): Promise<void> => {
    await Promise.all([configWatch.close(), policyWatch.close()])
  }
  try {
    await oneAtATime(() => begin(deps, configWatch, policyWatch))
  } catch (error) {
    await close()
    throw error
  }
  return {
    async check() {
      await configWatch.check()
      await policyWatch.check()
    },
    close,
  }
}

const directoriesOf = ({ policies }: Config): readonly string[] =>
  policies.directory === undefined ? [] : [policies.directory]

/** Runs readings one after the other, so that the one that began later is also used later. */
function createQueue(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}

/** Reads the configuration once more, because it was read before its files were watched. */
async function begin(deps: ReloaderDeps, configWatch: FileWatch, policyWatch: FileWatch): Promise<void> {
  if (deps.files.length > 0) {
    const reading = await readSettled(configWatch, () => readConfigOf(deps))
    if (reading.ok) deps.take(reading.value)
    else failed(deps, 'config', reading.error)
  }
  const reading = await readSettled(policyWatch, () => readPoliciesOf(deps))
  if (!reading.ok) throw reading.error
  reading.value.take()
  if (reading.value.refused.length === 0) deps.health.ok('policies')
  else refusedSome(deps, reading.value.refused)
  warnOfSources(deps)
}

async function reloadConfig(
  deps: ReloaderDeps,
  configWatch: FileWatch,
  policyWatch: FileWatch,
): Promise<void> {
  const reading = await readSettled(configWatch, () => readConfigOf(deps))
  if (!reading.ok) return failed(deps, 'config', reading.error)
  for (const warning of [...reading.warnings, ...needRestart(deps.current(), reading.value)]) {
    deps.log.warn({ warning }, 'configuration')
  }
  deps.take(reading.value)
  succeeded(deps, 'config')
  await reloadPolicies(deps, policyWatch)
}

async function reloadPolicies(deps: ReloaderDeps, watch: FileWatch): Promise<void> {
  const reading = await readSettled(watch, () => readPoliciesOf(deps))
  if (reading.ok) {
    reading.value.take()
    if (reading.value.refused.length === 0) succeeded(deps, 'policies')
    else refusedSome(deps, reading.value.refused)
  } else failed(deps, 'policies', reading.error)
  // policies that stay in force may have lost their source
  warnOfSources(deps)
}

type Reading<T> = {
  /** What to watch from now on. */
  readonly paths: readonly string[]
  readonly warnings: readonly string[]
} & ({ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown })

/** The most readings of files that keep changing. Then the last one is used, and the watch finds later changes. */
const maxReadings = 5

/** Reads again while files change, so that no half-written file is used and no change is lost. */
async function readSettled<T>(watch: FileWatch, read: () => Promise<Reading<T>>): Promise<Reading<T>> {
  for (let readings = 1; ; readings++) {
    const reading = await read()
    if (readings === maxReadings || (await watch.settled(reading.paths))) return reading
  }
}

async function readConfigOf(deps: ReloaderDeps): Promise<Reading<Config>> {
  const { current, files, readConfig } = deps
  if (readConfig === undefined) return { ok: true, value: current(), warnings: [], paths: files }
  try {
    const reading = await readConfig()
    refuseToOpen(current(), reading)
    refuseCut(deps, reading)
    return { ok: true, value: reading.config, warnings: reading.warnings, paths: reading.files }
  } catch (error) {
    const paths = [...new Set([...files, ...(error instanceof ConfigError ? error.files : [])])]
    return { ok: false, error, warnings: [], paths }
  }
}

/**
 * Refuses a change that would remove all protection. A file that is being written is empty first, and on a full disk
 * it stays cut; its remains could open the service to all.
 */
function refuseToOpen(before: Config, { config, files }: ConfigReading): void {
  if (before.tokens.length === 0 || config.tokens.length > 0) return
  throw new ConfigError(
    ['tokens: expected at least one, as there were tokens, got none; a restart takes them away'],
    files,
  )
}

/** Refuses a file that ends within a line. Whole lines may have been deleted on purpose, but not half a line. */
function refuseCut({ current }: ReloaderDeps, { config, files }: ConfigReading): void {
  const [before, text] = [current().text.reveal(), config.text.reveal()]
  const isCut = text.length < before.length && before.startsWith(text) && !/(^|\n)$/.test(text)
  if (!isCut) return
  throw new ConfigError(
    ['expected the whole file, got what was there before up to the middle of a line'],
    files,
  )
}

async function readPoliciesOf({ current, policies }: ReloaderDeps): Promise<Reading<PoliciesRead>> {
  const paths = directoriesOf(current())
  try {
    return { ok: true, value: await policies.read(policyPlaces(current())), warnings: [], paths }
  } catch (error) {
    return { ok: false, error, warnings: [], paths }
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

/** Reports the refused policies. The mistake of one team must not stop the policies of others. */
function refusedSome({ log, health, metrics }: ReloaderDeps, refused: readonly RefusedFile[]): void {
  const names = refused.map(({ file }) => file)
  const shown = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
  health.degraded('policies', `${shown} cannot be used, see the log; all other policies are in force`)
  metrics.reloads.inc({ what: 'policies', result: 'refused' })
  for (const { file, error, kept } of refused) {
    log.error(
      { what: 'policies', file, kept, mistakes: mistakesOf(error), err: error },
      'changed files are invalid and not in force',
    )
  }
}

function mistakesOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.mistakes
  const issues: readonly FieldIssue[] = error instanceof AppError ? error.issues : []
  return issues.map(toIssueText)
}

function needRestart(before: Config, after: Config): readonly string[] {
  const fixed = ['host', 'port', 'managementPort', 'trustProxy', 'reloadEveryMs'] as const
  const changed: string[] = fixed.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
  const fixedLimits = ['connections', 'connectionsPerAddress', 'requestTimeoutMs'] as const
  changed.push(
    ...fixedLimits.filter((key) => before.limits[key] !== after.limits[key]).map((key) => `limits.${key}`),
  )
  if ((before.tls === undefined) !== (after.tls === undefined)) changed.push('tls')
  if (before.database.reveal() !== after.database.reveal()) changed.push('database')
  return changed.map((key) => `${key} has changed, which takes a restart`)
}
