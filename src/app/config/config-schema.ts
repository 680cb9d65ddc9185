import { z } from 'zod'
import { policyDefaultsSchema } from '../../formats/policy/policy-defaults.ts'
import { duration, quantity } from '../../formats/policy/amount-schemas.ts'
import { roles } from '../../http/auth/roles.ts'
import { notifySchema } from './notify-schema.ts'
import { sourceSchema } from './source-schema.ts'
import { secretSchema } from './secret-schema.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export const portSchema = z.int().min(0).max(65_535)
export const databasePattern = /^(sqlite:.+|postgres(ql)?:\/\/.+)$/
export const tokenName = /^[\w.-]{1,64}$/

const day = 86_400
const years = 36_500 * day
const name = z.string().regex(tokenName, 'expected letters, digits, ".", "_" or "-", at most 64')

const tokenSchema = z
  .strictObject({
    name,
    roles: z.array(z.enum(roles)).min(1),
    namespaces: z.array(z.string().min(1).max(253)).min(1).exactOptional(),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'expected the SHA-256 of the token in 64 hex digits')
      .exactOptional(),
    file: z.string().min(1).exactOptional(),
    certificate: z
      .string()
      .regex(/^([0-9a-fA-F]{2}:?){32}$/, 'expected the SHA-256 fingerprint of a certificate in 64 hex digits')
      .exactOptional()
      .describe('fingerprint of the only client certificate with which the token is taken'),
  })
  .refine(
    ({ sha256, file }) => (sha256 === undefined) !== (file === undefined),
    'expected either sha256 or file',
  )

const perMinute = (description: string, preset: number) =>
  z.int().min(1).max(1_000_000).default(preset).describe(description)

const limitsSchema = z.strictObject({
  body: quantity('largest body of a request, in bytes', { min: 1024, max: 16 * 2 ** 20 }).default(64 * 1024),
  recording: quantity('largest body with a recording, in bytes', { min: 1024, max: 256 * 2 ** 20 }).default(
    4 * 2 ** 20,
  ),
  largeRecording: quantity('the same for tokens with the role large-recordings', {
    min: 1024,
    max: 256 * 2 ** 20,
  }).default(32 * 2 ** 20),
  connections: z.int().min(1).max(100_000).default(2000),
  connectionsPerAddress: z.int().min(1).max(100_000).default(500),
  requestTimeout: duration('longest time for a request to arrive', { min: 1, max: 600 }).default(30),
  answer: duration('within which every verdict is answered, whatever is slow', { min: 1, max: 60 }).default(
    8,
  ),
  looks: z.int().min(1).max(100_000).default(1000).describe('looks at once; beyond them: overloaded'),
  readsPerMinute: perMinute('per token, or per address', 600),
  decisionsPerMinute: perMinute('per token, or per address', 60),
  failedLoginsPerMinute: perMinute('per address', 10),
})

const keptFor = (description: string, seconds: number) =>
  duration(description, { min: 60, max: years }).default(seconds)

const retentionSchema = z.strictObject({
  runs: keptFor('how long closed runs are kept', 30 * day),
  maxRuns: z.int().min(1).max(10_000_000).default(10_000),
  recordings: keptFor('how long recordings are kept', 7 * day),
  failedRecordings: keptFor('how long recordings of fails are kept', 30 * day),
  decisions: keptFor('how long decisions are kept', 365 * day),
})

// Express also accepts `true`, but then every client could claim any address.
const noProxy = z
  .custom<false>(
    (value) => value === false,
    'expected false, the number of proxies, or a list of their addresses',
  )
  .meta({ const: false })

const tlsSchema = z.strictObject({
  cert: z.string().min(1).describe('file with our certificate and those between it and the root, PEM'),
  key: z.string().min(1).describe('file with its private key, PEM'),
  clientCa: z
    .string()
    .min(1)
    .exactOptional()
    .describe('file with the authorities of client certificates, PEM; then every client needs one'),
})

/** The configuration file. Environment variables override it. */
export const configSchema = z.strictObject({
  host: z.string().min(1).exactOptional(),
  port: portSchema.default(8080),
  managementPort: portSchema.exactOptional().describe('a port of their own for probes and metrics'),
  tls: tlsSchema.exactOptional(),
  logLevel: z.enum(logLevels).default('info'),
  database: secretSchema.exactOptional().describe('sqlite:PATH or postgres://…'),
  publicUrl: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).exactOptional(),
  trustProxy: z
    .union([z.int().min(1).max(10), z.array(z.string().min(1)).min(1), noProxy])
    .default(false)
    .describe('how many proxies, or which addresses, may say whom they speak for'),
  sources: z.record(name, sourceSchema).default({}),
  policies: z.strictObject({ directory: z.string().min(1).exactOptional() }).prefault({}),
  defaults: policyDefaultsSchema
    .exactOptional()
    .describe('keys of every policy that does not set them itself'),
  defaultPolicy: z.string().min(1).max(253).exactOptional(),
  tokens: z.array(tokenSchema).default([]),
  allowAnonymous: z.boolean().default(false).describe('whether anybody may judge and read without a token'),
  notify: notifySchema.prefault({}).describe('whom to tell what of rollouts'),
  limits: limitsSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  shutdown: z
    .strictObject({
      delay: duration('how long requests are still taken after SIGTERM', { min: 0, max: 300 }).default(0),
      deadline: duration('how long requests under way may take after that', { min: 0, max: 600 }).default(20),
    })
    .prefault({}),
  reload: z
    .strictObject({
      every: duration('how often files are looked at, beside being watched', { min: 1, max: 3600 }).default(
        10,
      ),
    })
    .prefault({}),
})

export type ConfigFile = z.output<typeof configSchema>
