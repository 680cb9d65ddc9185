import { hash } from 'node:crypto'
import type { z } from 'zod'
import { describeValue } from '../../formats/mistakes/describe-value.ts'
import { nearestKey } from '../../formats/mistakes/nearest-key.ts'
import { type Role, roles } from '../../http/auth/roles.ts'
import { databasePattern, logLevels, portSchema, tokenName } from './config-schema.ts'
import { sourceUrl } from './source-schema.ts'
import { checkTokenText } from './check-token-text.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface EnvironmentToken {
  readonly name: string
  readonly roles: readonly Role[]
  readonly sha256: string
}

export interface EnvironmentConfig {
  readonly port?: number
  readonly host?: string
  readonly prometheusUrl?: string
  readonly databaseUrl?: string
  readonly logLevel?: (typeof logLevels)[number]
  readonly managementPort?: number
  readonly configFile?: string
  readonly tokens: readonly EnvironmentToken[]
}

const prefix = 'CANARY_JUDGE_'
const ourKeys = ['CONFIG', 'TOKENS']

/** Reads the settings of the environment. Mistakes and warnings name the variable, and never show a secret. */
export function readEnvironment(env: Environment): {
  readonly config: EnvironmentConfig
  readonly mistakes: readonly string[]
  readonly warnings: readonly string[]
} {
  const mistakes: string[] = []
  // compose files and charts write "not set" as an empty variable
  const set = (key: string): string | undefined => (env[key]?.trim() === '' ? undefined : env[key]?.trim())
  const read = <T>(key: string, parse: (text: string) => T | undefined, expected: string, secret = false) => {
    const text = set(key)
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined)
      mistakes.push(`${key}: expected ${expected}${secret ? '' : `, got ${describeValue(text)}`}`)
    return value
  }
  const config = {
    port: read('PORT', toPort, 'a whole number from 0 to 65535'),
    managementPort: read('MANAGEMENT_PORT', toPort, 'a whole number from 0 to 65535'),
    host: read('HOST', (text) => (/\s/.test(text) ? undefined : text), 'an address to listen on'),
    prometheusUrl: read('PROMETHEUS_URL', (text) => accept(sourceUrl, text), urlExpected, true),
    databaseUrl: read(
      'DATABASE_URL',
      (text) => (databasePattern.test(text) ? text : undefined),
      'sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE',
      true,
    ),
    logLevel: read('LOG_LEVEL', toLogLevel, `one of ${logLevels.join(', ')}`),
    configFile: set('CANARY_JUDGE_CONFIG'),
  }
  const tokens = readTokens(set('CANARY_JUDGE_TOKENS') ?? '')
  mistakes.push(...tokens.mistakes)
  const given = Object.entries(config).filter(([, value]) => value !== undefined)
  return {
    config: { ...Object.fromEntries(given), tokens: tokens.tokens },
    mistakes,
    warnings: unknownKeys(env),
  }
}

const urlExpected = 'an http or https URL without user, query and fragment'

const toPort = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) ? accept(portSchema, Number(text)) : undefined

const toLogLevel = (text: string) => logLevels.find((level) => level === text)

function accept<S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined {
  const result = schema.safeParse(value)
  return result.success ? result.data : undefined
}

function readTokens(list: string): {
  readonly tokens: readonly EnvironmentToken[]
  readonly mistakes: readonly string[]
} {
  const entries = list.split(',').map((entry) => entry.trim())
  const results = entries.filter((entry) => entry !== '').map(readToken)
  return {
    tokens: results.flatMap((result) => (typeof result === 'string' ? [] : [result])),
    mistakes: results.flatMap((result) => (typeof result === 'string' ? [result] : [])),
  }
}

/** Reads `name:role:token` or `name:role+role:token`; returns a text where the entry has a mistake. */
function readToken(entry: string, index: number): EnvironmentToken | string {
  const place = `CANARY_JUDGE_TOKENS[${index}]`
  const [name = '', written = '', ...rest] = entry.split(':')
  const token = rest.join(':')
  if (rest.length === 0)
    return `${place}: expected name:role:token, got ${entry.split(':').length} of the 3 parts`
  if (!tokenName.test(name)) return `${place}: expected a name of letters, digits, ".", "_" or "-"`
  const granted = written.split('+').map((word) => roles.find((role) => role === word))
  const known = granted.filter((role) => role !== undefined)
  if (known.length < granted.length) return `${place}: expected a role of ${roles.join(', ')} after the name`
  const weakness = checkTokenText(token)
  if (weakness !== undefined) return `${place}: ${weakness}`
  return { name, roles: known, sha256: hash('sha256', token) }
}

/** Kubernetes puts variables like CANARY_JUDGE_PORT into every pod beside a Service named canary-judge. */
const ofKubernetes =
  /^CANARY_JUDGE(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$|^CANARY_JUDGE_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$/

function unknownKeys(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((key) => key.startsWith(prefix) && !ofKubernetes.test(key))
    .map((key) => key.slice(prefix.length))
    .filter((key) => !ourKeys.includes(key))
    .toSorted((a, b) => a.localeCompare(b))
    .map((key) => {
      const nearest = nearestKey(key, ourKeys)
      return `${prefix}${key}: unknown variable${nearest === undefined ? '' : `, did you mean ${prefix}${nearest}?`}`
    })
}
