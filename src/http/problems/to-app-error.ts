import { AppError } from '../../errors.ts'

/** Converts any error to an AppError. Unexpected errors become `internal` and keep their cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof URIError) {
    return new AppError('bad-request', 'expected valid percent-encoding in the path', { cause: error })
  }
  return new AppError('internal', 'Internal error', { cause: error })
}
