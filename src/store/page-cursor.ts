import type { z } from 'zod'
import { AppError } from '../errors.ts'

const maxLimit = 1_000
const maxCursor = 2_000

/** A text that callers need not understand: the sort key of the last item, as base64url. */
const toCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key), 'utf8').toString('base64url')

/** Reads what `toCursor` wrote; anything else is a bad request. */
export const fromCursor = <const Schema extends z.ZodType>(
  cursor: string,
  schema: Schema,
): z.infer<Schema> => {
  const parsed = schema.safeParse(cursor.length > maxCursor ? undefined : decode(cursor))
  if (parsed.success) return parsed.data
  throw new AppError(
    'bad-request',
    'expected "after" to be the "next" of an earlier page, got something else',
    {
      issues: [{ path: 'after', message: 'expected the "next" of an earlier page' }],
    },
  )
}

export const checkLimit = (limit: number): number => {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxLimit) return limit
  throw new AppError('bad-request', `expected "limit" to be an integer from 1 to ${maxLimit}, got ${limit}`, {
    issues: [{ path: 'limit', message: `expected an integer from 1 to ${maxLimit}, got ${limit}` }],
  })
}

/** Makes a page from the rows, of which there may be one more than the page holds. */
export const toPage = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  read: { readonly item: (row: Row) => Item; readonly key: (row: Row) => readonly (string | number)[] },
): { readonly items: readonly Item[]; readonly next?: string } => {
  const items = rows.slice(0, limit).map(read.item)
  const last = rows[limit - 1]
  return rows.length > limit && last !== undefined ? { items, next: toCursor(read.key(last)) } : { items }
}

const decode = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
