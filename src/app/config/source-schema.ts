import { z } from 'zod'
import { duration } from '../../formats/policy/amount-schemas.ts'
import { sourceTypeNames } from '../../sources/source-set.ts'
import { secretSchema } from './secret-schema.ts'

export const sourceUrl = z
  .string()
  .max(2000)
  .refine(isPlainUrl, 'expected an http or https URL without user, query and fragment (see auth)')

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'expected the name of a header')

const authSchema = z
  .strictObject({
    bearer: secretSchema.exactOptional(),
    basic: z.strictObject({ username: z.string().min(1), password: secretSchema }).exactOptional(),
  })
  .refine(
    ({ bearer, basic }) => (bearer === undefined) !== (basic === undefined),
    'expected either bearer or basic',
  )

const tlsSchema = z
  .strictObject({
    ca: z.string().min(1).exactOptional().describe('file with the certificates to trust, PEM'),
    cert: z.string().min(1).exactOptional().describe('file with our certificate, PEM'),
    key: z.string().min(1).exactOptional().describe('file with its private key, PEM'),
    serverName: z.string().min(1).exactOptional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'expected cert and key together')

/** One server to read metrics from. */
export const sourceSchema = z.strictObject({
  type: z
    .enum(sourceTypeNames)
    .exactOptional()
    .describe('what it speaks; prometheus, the default, is also right for Thanos, Mimir and VictoriaMetrics'),
  url: sourceUrl,
  prefix: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, 'expected a path such as /prometheus')
    .default('')
    .describe('path before /api/v1'),
  headers: z.record(headerName, secretSchema).default({}),
  auth: authSchema.exactOptional(),
  tls: tlsSchema.exactOptional(),
  timeout: duration('of one query', { min: 0.1, max: 60 }).default(6),
})

export type WrittenSource = z.output<typeof sourceSchema>

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash, host } = new URL(text)
  const plain = username === '' && password === '' && search === '' && hash === ''
  return plain && host !== '' && (protocol === 'http:' || protocol === 'https:')
}
