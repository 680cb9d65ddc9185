import { createHash } from 'node:crypto'

/** A short key for texts of any length, for indexes and comparison. */
export const textKey = (...texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32)
