import type { AppError, AppErrorCode, FieldIssue } from '../../errors.ts'
import { plainLine } from './plain-line.ts'
import { problemTable } from './problem-table.ts'

/** An error as RFC 9457 describes it. */
export interface Problem {
  /** Relative to the service: a section of the page at /docs/errors. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: AppErrorCode
  readonly detail: string
  readonly requestId: string
  readonly issues?: readonly FieldIssue[]
}

const maxIssues = 50

/**
 * The messages of these errors may contain internal details, such as the address of the database, so they go only to
 * the log.
 */
const saidInTheLog: ReadonlyMap<AppErrorCode, string> = new Map([
  ['internal', 'Internal error'],
  ['store-unavailable', 'the store does not answer at the moment'],
])

export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = problemTable[error.code]
  return {
    type: `/docs/errors#${error.code}`,
    title,
    status,
    code: error.code,
    detail: saidInTheLog.get(error.code) ?? error.message,
    requestId,
    ...(error.issues.length > 0 && { issues: error.issues.slice(0, maxIssues) }),
  }
}

export function toProblemLine(problem: Problem): string {
  const issues = problem.issues ?? []
  const places = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  // the first issue often repeats the detail
  const details = places.filter((place) => !problem.detail.includes(place))
  return plainLine([`${problem.code}: ${problem.detail}`, ...details].join('; '))
}
