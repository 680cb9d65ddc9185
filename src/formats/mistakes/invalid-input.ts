import { AppError, type AppErrorCode, type FieldIssue } from '../../errors.ts'
import { toIssueText } from './issue-text.ts'

/** The error for input with mistakes: the first in its message, the first `limit` of them as issues. */
export function invalidInput(
  code: AppErrorCode,
  what: string,
  issues: readonly FieldIssue[],
  limit: number,
  total = issues.length,
): AppError {
  const [first] = issues
  const more = total > 1 ? ` (and ${total - 1} more)` : ''
  const rest = total > limit ? [{ path: '', message: `and ${total - limit} more` }] : []
  const shown = [...issues.slice(0, limit), ...rest]
  return new AppError(code, `${what}: ${first === undefined ? '' : toIssueText(first)}${more}`, {
    issues: shown,
  })
}
