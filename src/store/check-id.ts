import { AppError } from '../errors.ts'

/** PostgreSQL cannot index a text beyond some 2 700 bytes; 512 characters stay below it in every writing system. */
const maxIdLength = 512

export const checkId = (id: string, name: string): string => {
  if (id !== '' && id.length <= maxIdLength) return id
  throw new AppError(
    'bad-request',
    `expected ${name} to have 1 to ${maxIdLength} characters, got ${id.length} characters`,
    { issues: [{ path: name, message: `expected 1 to ${maxIdLength} characters, got ${id.length}` }] },
  )
}
