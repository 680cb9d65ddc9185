import type { Request, Response } from 'express'
import { AppError } from '../../errors.ts'
import type { Log } from '../../judge/ports/ports.ts'
import { answersInLines } from './plain-line.ts'
import { type Problem, toProblem, toProblemLine } from './problem.ts'
import { requestContext } from '../request/request-context.ts'
import { sendContent } from '../request/send-answer.ts'

/** Two headers instead of one with a list, because browsers ask for a password only then. */
const challenges = ['Bearer realm="canary-judge"', 'Basic realm="canary-judge", charset="UTF-8"']

/** A problem as a page. */
export interface ProblemPage {
  readonly content: string
  readonly headers: Readonly<Record<string, string>>
}

export interface AnswerErrorDeps {
  readonly log: Log
  /** Makes the page for browsers; undefined = browsers get JSON too. */
  readonly page: ((problem: Problem, request: Request) => Promise<ProblemPage | undefined>) | undefined
}

/** Turns an error into an answer. Nothing else does. */
export async function answerError(
  { log, page }: AnswerErrorDeps,
  request: Request,
  response: Response,
  thrown: unknown,
): Promise<void> {
  const error = toAppError(thrown)
  const { requestId, route } = requestContext(request)
  const fields = { requestId, route, code: error.code, err: error.cause ?? error }
  if (error.code === 'internal') log.error(fields, 'request failed for an unexpected reason')
  else if (error.code === 'store-unavailable') log.warn(fields, 'the store did not do what a request needs')
  else log.debug(fields, 'request refused')
  if (response.headersSent) {
    response.destroy()
    return
  }
  const problem = toProblem(error, requestId)
  response.status(problem.status)
  const shown = page !== undefined && wantsPage(request) ? await page(problem, request) : undefined
  if (problem.status === 401) {
    // the page asks for the token itself, so the browser shall not open its own dialogue first
    response.setHeader('WWW-Authenticate', shown === undefined ? challenges : challenges.slice(0, 1))
  }
  if (error.retryAfter !== undefined) response.setHeader('Retry-After', Math.ceil(error.retryAfter))
  // otherwise the rest of the body would be read as the next request
  if (hasUnreadBody(request)) response.setHeader('Connection', 'close')
  if (shown !== undefined) {
    for (const [name, value] of Object.entries(shown.headers)) response.setHeader(name, value)
    sendContent(response, 'text/html; charset=utf-8', shown.content)
  } else if (answersInLines(request.originalUrl)) {
    sendContent(response, 'text/plain; charset=utf-8', toProblemLine(problem))
  } else {
    sendContent(response, 'application/problem+json; charset=utf-8', JSON.stringify(problem))
  }
}

const wantsPage = (request: Request): boolean =>
  !answersInLines(request.originalUrl) &&
  request.headers.accept?.includes('text/html') === true &&
  request.accepts(['application/json', 'text/html']) === 'text/html'

/** Converts any error to an AppError. Unexpected errors become `internal` and keep their cause for the log. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof URIError) {
    return new AppError('bad-request', 'expected valid percent-encoding in the path', { cause: error })
  }
  return new AppError('internal', 'Internal error', { cause: error })
}

const hasUnreadBody = ({ complete, headers }: Request): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
