import { AppError } from '../errors.ts'
import { databaseMoved } from './databases/sqlite-service.ts'
import { SqliteError, SqliteThreadLost } from './databases/sqlite-thread.ts'

/** Converts a failure of the database into the error that callers of the store get. */
export const toStoreError = (error: unknown): unknown => {
  if (error instanceof AppError) return error
  const kind = kindOf(error)
  switch (kind) {
    case 'foreign-key':
      return new AppError('not-found', 'expected a run that is stored, got an unknown run id', {
        cause: error,
      })
    case 'unique':
      return new AppError('conflict', 'expected a new row, got one that exists already', { cause: error })
    case 'bug':
      return new AppError('internal', `the database refused a statement: ${textOf(error)}`, { cause: error })
    case 'transient':
    case 'away':
      return new AppError('store-unavailable', `the store is unavailable: ${textOf(error)}`, { cause: error })
    case 'foreign':
      return error
    default:
      return kind satisfies never
  }
}

/** Whether the operation may succeed if it is tried again at once. Every operation of the store is idempotent. */
export const isTransient = (error: unknown): boolean => kindOf(error) === 'transient'

/** Whether the connection must not be used again. */
export const isConnectionLost = (error: unknown): boolean => {
  const state = stateOf(error)
  return state === undefined || /^(?:08|57P)/u.test(state)
}

type Kind = 'foreign-key' | 'unique' | 'bug' | 'transient' | 'away' | 'foreign'

const kindOf = (error: unknown): Kind => {
  if (error instanceof SqliteThreadLost) return 'away'
  if (error instanceof SqliteError) return sqliteKind(error)
  const state = stateOf(error)
  if (state !== undefined) return postgresKind(state)
  return isNetwork(error) ? networkKind(error) : 'foreign'
}

const sqliteKind = ({ errcode }: SqliteError): Kind => {
  if (errcode === undefined) return 'bug'
  if (errcode === 787) return 'foreign-key'
  if (errcode === 1555 || errcode === 2067) return 'unique'
  const primary = errcode & 0xff
  if (primary === 5 || primary === 6) return 'transient'
  // ERROR, INTERNAL, CONSTRAINT, MISMATCH, MISUSE, RANGE: these are bugs of this service; everything else concerns the
  // file or the disk
  return [1, 2, 19, 20, 21, 25].includes(primary) ? 'bug' : 'away'
}

const postgresKind = (state: string): Kind => {
  if (state === '23503') return 'foreign-key'
  if (state === '23505') return 'unique'
  if (state === '40001' || state === '40P01' || state.startsWith('57P')) return 'transient'
  // a right was revoked, or a table or schema is missing: an operator can repair it, and queued writes are kept until
  // then
  if (state.startsWith('42') && state !== syntaxError) return 'away'
  return /^(?:0A|21|22|23|42|54)/u.test(state) ? 'bug' : 'away'
}

const syntaxError = '42601'

/** Whether the tables have disappeared. */
export const isSchemaGone = (error: unknown): boolean =>
  error instanceof SqliteError ? error.errcode === databaseMoved : stateOf(error) === '42P01'

/** PostgreSQL's five-character SQLSTATE; Node's own error codes are longer or start with E. */
const stateOf = (error: unknown): string | undefined => {
  const code = codeOf(error)
  return code !== undefined && /^[0-9A-Z]{5}$/u.test(code) && !networkCodes.has(code) ? code : undefined
}

/** Node's own name of an error, or the database's. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const networkCodes = new Set(['EPIPE', 'EPERM', 'EBUSY', 'EBADF', 'EROFS'])

const isNetwork = (error: unknown): boolean =>
  error instanceof Error &&
  (/^E[A-Z_]+$/u.test(codeOf(error) ?? '') ||
    error instanceof AggregateError ||
    /terminated|timeout|timed out|not queryable|closed|destroyed|discarded|ended/iu.test(error.message))

const networkKind = (error: unknown): Kind =>
  error instanceof Error &&
  (codeOf(error) === 'ECONNRESET' || /terminated unexpectedly/iu.test(error.message))
    ? 'transient'
    : 'away'

const textOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return text === '' ? (codeOf(error) ?? 'no reason given') : text
}
