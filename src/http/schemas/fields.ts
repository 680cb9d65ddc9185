import { z } from 'zod'

// Control characters would damage the display of logs, Events and terminals, and PostgreSQL refuses NUL.
const printable = /^[^\p{Cc}\p{Cs}]*$/u

export const text = (maxLength: number) =>
  z.string().min(1).max(maxLength).regex(printable, 'expected text without control characters')

export const namespaceField = text(253).describe('Kubernetes namespace')
export const nameField = text(253).describe('Name of the rollout or canary')
/** The name of a parameter, which a selection writes in braces. */
export const paramName = z
  .string()
  .regex(/^[A-Za-z_]\w{0,62}$/, 'expected a name of at most 63 letters, digits and underscores')
/** What people want to find a rollout by; an empty value, such as that of an arg that is not set, is left out. */
export const labelsField = z
  .record(
    z.string().regex(/^[A-Za-z_][\w.-]{0,62}$/, 'expected a name of at most 63 letters, digits, "_", "." and "-"'),
    z.string().max(253).regex(printable, 'expected text without control characters'),
  )
  .refine((labels) => Object.keys(labels).length <= 20, 'expected at most 20 labels')
  .transform((labels) => Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')))
  .describe('Kept with the run for people and exports, such as image and commit; the first that are sent count')

const idField = text(200)
export const defaultLimit = 50
export const limitField = z
  .string()
  .regex(/^([1-9]\d?|1\d\d|200)$/, 'expected a whole number from 1 to 200')
  .transform(Number)
  .pipe(z.int())
  .describe(`How many, up to 200; ${defaultLimit} by default`)
export const afterField = text(500).describe('`next` of the page before')

export const idParams = z.strictObject({ id: idField })
