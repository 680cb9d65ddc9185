import { AppError } from '../../errors.ts'

/** What went wrong in our words; anything unforeseen is `internal` and keeps its cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof URIError) {
    return new AppError('bad-request', 'expected valid percent-encoding in the path', { cause: error })
  }
  return new AppError('internal', 'Internal error', { cause: error })
}
