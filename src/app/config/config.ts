import { isIP } from 'node:net'
import { type ConfigFile, databasePattern, type logLevels } from './config-schema.ts'
import { readConfigFile } from './read-config-file.ts'
import { type Environment, type EnvironmentConfig, readEnvironment } from './read-environment.ts'
import { createFileReader, type FileReader } from './read-files.ts'
import { resolveSecret, resolveSource, resolveTls, type SourceConfig } from './resolve-source.ts'
import { resolveTokens, type TokenConfig } from './resolve-tokens.ts'
import { type NotifyConfig, resolveNotify } from './resolve-notify.ts'
import { createSecret, type Secret } from './secret.ts'
import { sourceSchema } from './source-schema.ts'
import type { Fields } from '../../formats/policy/extend-policy.ts'
import { describeValue } from '../../formats/mistakes/describe-value.ts'
import { isLoopback } from '../../http/auth/is-loopback.ts'
import type { Retention } from '../../judge/ports/ports.ts'

export type { Environment } from './read-environment.ts'
export type { TokenConfig } from './resolve-tokens.ts'
export type { SourceConfig } from './resolve-source.ts'
export type { Secret } from './secret.ts'

export interface TlsConfig {
  /** PEM. */
  readonly cert: string
  readonly key: Secret
  readonly clientCa?: string
}

/** Everything that can be set, with every default filled in and every file read. */
export interface Config {
  readonly host: string
  readonly port: number
  /** A separate port for probes and metrics; undefined = the same port as everything else. */
  readonly managementPort?: number
  readonly tls?: TlsConfig
  readonly logLevel: (typeof logLevels)[number]
  /** `sqlite:PATH` or `postgres://…`; holds a password. */
  readonly database: Secret
  readonly publicUrl?: string
  readonly trustProxy: false | number | readonly string[]
  readonly sources: Readonly<Record<string, SourceConfig>>
  readonly policies: {
    readonly directory?: string
    readonly default?: string
    /** As they are written in the file. */
    readonly defaults?: Fields
  }
  readonly tokens: readonly TokenConfig[]
  /** Whether requests without a token may judge and read. */
  readonly allowAnonymous: boolean
  readonly notify: NotifyConfig
  readonly limits: Omit<ConfigFile['limits'], 'requestTimeout' | 'answer'> & {
    readonly requestTimeoutMs: number
    readonly answerMs: number
  }
  readonly retention: Retention
  readonly shutdown: { readonly delayMs: number; readonly deadlineMs: number }
  readonly reloadEveryMs: number
  /** The configuration file as it was read; empty without one. It may hold secrets. */
  readonly text: Secret
}

export interface ConfigReading {
  readonly config: Config
  readonly warnings: readonly string[]
  /** The files to watch: a change in any of them means that the configuration must be read again. */
  readonly files: readonly string[]
}

export class ConfigError extends Error {
  readonly mistakes: readonly string[]
  /** The files that were read before the mistake: it can be corrected in one of them. */
  readonly files: readonly string[]

  constructor(mistakes: readonly string[], files: readonly string[]) {
    super(`${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'} in the configuration`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
    this.files = files
  }
}

/** The environment of this process, for commands that change some of its defaults. */
export const currentEnvironment = (): Environment => process.env

/** Reads environment and file; rejects with a ConfigError that has every mistake. */
export async function readConfig(env: Environment = process.env): Promise<ConfigReading> {
  const environment = readEnvironment(env)
  const { configFile } = environment.config
  const reading = await readConfigFile(configFile)
  const reader = createFileReader(configFile)
  const files = (): string[] => [...(configFile === undefined ? [] : [configFile]), ...reader.files]
  if (!reading.ok) throw new ConfigError([...environment.mistakes, ...reading.mistakes], files())
  const config = {
    ...(await resolve(reading, environment.config, reader)),
    text: createSecret(reading.text),
  }
  const mistakes = [...environment.mistakes, ...reader.mistakes]
  if (mistakes.length > 0) throw new ConfigError(mistakes, files())
  const warnings = [...environment.warnings, ...warningsOf(config)]
  return { config, warnings, files: files() }
}

async function resolve(
  { file, defaults }: { readonly file: ConfigFile; readonly defaults?: Fields },
  env: EnvironmentConfig,
  reader: FileReader,
): Promise<Omit<Config, 'text'>> {
  const { limits, retention, shutdown } = file
  const { requestTimeout, answer, ...otherLimits } = limits
  const publicUrl = file.publicUrl?.replace(/(?<!\/)\/+$/, '')
  const [tls, database, sources, tokens, notify] = await Promise.all([
    resolveServerTls(file, reader),
    resolveDatabase(file, env, reader),
    resolveSources(file, env, reader),
    resolveTokens(file, env, reader),
    resolveNotify(file.notify, publicUrl, reader),
  ])
  checkProxies(file.trustProxy, reader)
  const { directory } = file.policies
  const managementPort = env.managementPort ?? file.managementPort
  const guarded = tokens.length > 0 || file.allowAnonymous
  const host = env.host ?? file.host ?? (guarded ? '0.0.0.0' : '127.0.0.1')
  if (!guarded && !isLoopback(host)) reader.mistakes.push(openTo(host))
  return {
    host,
    port: env.port ?? file.port,
    ...(managementPort !== undefined && { managementPort }),
    ...(tls !== undefined && { tls }),
    logLevel: env.logLevel ?? file.logLevel,
    database,
    ...(publicUrl !== undefined && { publicUrl }),
    trustProxy: file.trustProxy,
    sources,
    policies: {
      ...(directory !== undefined && { directory: reader.resolve(directory) }),
      ...(defaults !== undefined && { defaults }),
      ...(file.defaultPolicy !== undefined && { default: file.defaultPolicy }),
    },
    tokens,
    allowAnonymous: file.allowAnonymous,
    notify,
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

/**
 * Resolves the sources. PROMETHEUS_URL is the source named `default`, or the address of the source that the file
 * describes.
 */
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

async function resolveServerTls({ tls }: ConfigFile, reader: FileReader): Promise<TlsConfig | undefined> {
  if (tls === undefined) return undefined
  const { clientCa: ca, ...own } = tls
  const files = await resolveTls('tls', { ...own, ...(ca !== undefined && { ca }) }, reader, {
    ca: 'clientCa',
  })
  const { cert, key } = files ?? {}
  if (cert === undefined || key === undefined) return undefined
  return { cert, key, ...(files?.ca !== undefined && { clientCa: files.ca }) }
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

const openTo = (host: string): string =>
  `host: expected tokens to listen on ${describeValue(host)}, got none; set CANARY_JUDGE_TOKENS or tokens, or allowAnonymous: true in the file, which lets anybody judge and read`

function warningsOf({ tokens, allowAnonymous, sources }: Config): readonly string[] {
  const open = allowAnonymous
    ? 'allowAnonymous is set: anybody who reaches the service may judge and read'
    : 'no tokens are configured: only this machine is served, and everything is allowed to it'
  const blind = 'no Prometheus is configured: only recordings sent with a request can be judged'
  return [
    ...(tokens.length === 0 || allowAnonymous ? [open] : []),
    ...(Object.keys(sources).length === 0 ? [blind] : []),
  ]
}
