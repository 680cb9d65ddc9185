import { hash } from 'node:crypto'
import { isIP } from 'node:net'
import { checkTokenText } from './check-token-text.ts'
import { type ConfigFile, databasePattern, type logLevels } from './config-schema.ts'
import { readConfigFile } from './read-config-file.ts'
import { type Environment, type EnvironmentConfig, readEnvironment } from './read-environment.ts'
import { createFileReader, type FileReader } from './read-files.ts'
import { resolveSecret, resolveSource, type SourceConfig } from './resolve-source.ts'
import { createSecret, type Secret } from './secret.ts'
import { sourceSchema } from './source-schema.ts'
import type { Retention } from '../../judge/ports/ports.ts'
import type { Role } from '../../http/auth/roles.ts'

export type { Environment } from './read-environment.ts'
export type { SourceConfig } from './resolve-source.ts'
export type { Secret } from './secret.ts'

export interface TokenConfig {
  readonly name: string
  readonly roles: readonly Role[]
  readonly namespaces?: readonly string[]
  readonly sha256: string
}

/** Everything that can be set, with every default filled in and every file read. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: (typeof logLevels)[number]
  /** `sqlite:PATH` or `postgres://…`; holds a password. */
  readonly database: Secret
  readonly publicUrl?: string
  readonly trustProxy: false | number | readonly string[]
  readonly sources: Readonly<Record<string, SourceConfig>>
  readonly policies: { readonly directory?: string; readonly default?: string }
  readonly tokens: readonly TokenConfig[]
  readonly limits: Omit<ConfigFile['limits'], 'requestTimeout' | 'answer'> & {
    readonly requestTimeoutMs: number
    readonly answerMs: number
  }
  readonly retention: Retention
  readonly shutdown: { readonly delayMs: number; readonly deadlineMs: number }
  readonly reloadEveryMs: number
}

export interface ConfigReading {
  readonly config: Config
  readonly warnings: readonly string[]
  /** What to watch: a change in any of them means to read again. */
  readonly files: readonly string[]
  /** There is a file, and it says nothing. */
  readonly isEmpty: boolean
}

export class ConfigError extends Error {
  readonly mistakes: readonly string[]
  /** What was read until then: a mistake in one of them is mended there. */
  readonly files: readonly string[]

  constructor(mistakes: readonly string[], files: readonly string[]) {
    super(`${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'} in the configuration`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
    this.files = files
  }
}

/** For commands that start from other defaults than the service does. */
export const currentEnvironment = (): Environment => process.env

/** Reads environment and file; rejects with ConfigError that holds every mistake. */
export async function readConfig(env: Environment = process.env): Promise<ConfigReading> {
  const environment = readEnvironment(env)
  const { configFile } = environment.config
  const reading = await readConfigFile(configFile)
  const reader = createFileReader(configFile)
  const files = (): string[] => [...(configFile === undefined ? [] : [configFile]), ...reader.files]
  if (!reading.ok) throw new ConfigError([...environment.mistakes, ...reading.mistakes], files())
  const config = await resolve(reading.file, environment.config, reader)
  const mistakes = [...environment.mistakes, ...reader.mistakes]
  if (mistakes.length > 0) throw new ConfigError(mistakes, files())
  const warnings = [...environment.warnings, ...warningsOf(config)]
  return { config, warnings, files: files(), isEmpty: reading.isEmpty }
}

async function resolve(file: ConfigFile, env: EnvironmentConfig, reader: FileReader): Promise<Config> {
  const { limits, retention, shutdown } = file
  const { requestTimeout, answer, ...otherLimits } = limits
  const [database, sources, tokens] = await Promise.all([
    resolveDatabase(file, env, reader),
    resolveSources(file, env, reader),
    resolveTokens(file, env, reader),
  ])
  checkProxies(file.trustProxy, reader)
  const { directory } = file.policies
  return {
    host: env.host ?? file.host,
    port: env.port ?? file.port,
    logLevel: env.logLevel ?? file.logLevel,
    database,
    ...(file.publicUrl !== undefined && { publicUrl: file.publicUrl.replace(/\/+$/, '') }),
    trustProxy: file.trustProxy,
    sources,
    policies: {
      ...(directory !== undefined && { directory: reader.resolve(directory) }),
      ...(file.defaultPolicy !== undefined && { default: file.defaultPolicy }),
    },
    tokens,
    limits: { ...otherLimits, requestTimeoutMs: requestTimeout * 1000, answerMs: answer * 1000 },
    retention: {
      runsOlderThanMs: retention.runs * 1000,
      maxRuns: retention.maxRuns,
      recordingsOlderThanMs: retention.recordings * 1000,
      failedRecordingsOlderThanMs: retention.failedRecordings * 1000,
      decisionsOlderThanMs: retention.decisions * 1000,
    },
    shutdown: { delayMs: shutdown.delay * 1000, deadlineMs: shutdown.deadline * 1000 },
    reloadEveryMs: file.reload.every * 1000,
  }
}

async function resolveDatabase(
  file: ConfigFile,
  env: EnvironmentConfig,
  reader: FileReader,
): Promise<Secret> {
  if (env.databaseUrl !== undefined) return createSecret(env.databaseUrl)
  if (file.database === undefined) return createSecret('sqlite:./data/canary-judge.db')
  const database = await resolveSecret('database', file.database, reader)
  if (database.reveal() !== '' && !databasePattern.test(database.reveal())) {
    reader.mistakes.push('database: expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE')
  }
  return database
}

/** PROMETHEUS_URL is the source named default, or the address of the one that the file describes. */
async function resolveSources(
  file: ConfigFile,
  env: EnvironmentConfig,
  reader: FileReader,
): Promise<Readonly<Record<string, SourceConfig>>> {
  const url = env.prometheusUrl
  const fromEnv =
    url === undefined ? {} : { default: { ...(file.sources['default'] ?? sourceSchema.parse({ url })), url } }
  const written = Object.entries({ ...file.sources, ...fromEnv })
  const sources = written.map(
    async ([name, source]) => [name, await resolveSource(`sources.${name}`, source, reader)] as const,
  )
  return Object.fromEntries(await Promise.all(sources))
}

async function resolveTokens(
  file: ConfigFile,
  env: EnvironmentConfig,
  reader: FileReader,
): Promise<readonly TokenConfig[]> {
  const fromFile = await Promise.all(
    file.tokens.map(async ({ file: path, sha256, ...token }, index) => {
      if (path === undefined) return { ...token, sha256: (sha256 ?? '').toLowerCase() }
      const text = await reader.read(`tokens[${index}].file`, path)
      const weakness = text === undefined ? undefined : checkTokenText(text)
      if (weakness !== undefined) reader.mistakes.push(`tokens[${index}].file: ${weakness}`)
      return { ...token, sha256: hash('sha256', text ?? '') }
    }),
  )
  const tokens = [...env.tokens, ...fromFile]
  const names = tokens.map(({ name }) => name)
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    reader.mistakes.push(`tokens: expected each name once, got "${name}" again`)
  }
  return tokens
}

const namedRanges = ['loopback', 'linklocal', 'uniquelocal']

function checkProxies(trusted: Config['trustProxy'], reader: FileReader): void {
  if (typeof trusted !== 'object') return
  for (const [index, range] of trusted.entries()) {
    const [address = '', bits = '0'] = range.split('/')
    const longest = isIP(address) === 6 ? 128 : 32
    const isRange = isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest
    if (isRange || namedRanges.includes(range)) continue
    reader.mistakes.push(
      `trustProxy[${index}]: expected an address, a range such as 10.0.0.0/8, or one of ${namedRanges.join(', ')}`,
    )
  }
}

function warningsOf({ tokens, sources }: Config): readonly string[] {
  const open =
    'no tokens are configured: anybody who reaches the service may judge and read, nobody may decide'
  const blind = 'no Prometheus is configured: only recordings sent with a request can be judged'
  return [...(tokens.length === 0 ? [open] : []), ...(Object.keys(sources).length === 0 ? [blind] : [])]
}
