import { z } from 'zod'

// Control characters would garble logs, Events and terminals; NUL is refused by PostgreSQL.
const printable = /^[^\p{Cc}\p{Cs}]*$/u

export const text = (maxLength: number) =>
  z.string().min(1).max(maxLength).regex(printable, 'expected text without control characters')

export const namespaceField = text(253).describe('Kubernetes namespace')
export const nameField = text(253).describe('Name of the rollout or canary')
export const idField = text(200)
export const limitField = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'expected a whole number from 1 to 999')
  .transform(Number)
  .pipe(z.int().max(200))
export const afterField = text(500).describe('`next` of the page before')

export const idParams = z.strictObject({ id: idField })
