import type { Request, Response } from 'express'
import type { Log } from '../../judge/ports/ports.ts'
import { answersInLines } from './plain-line.ts'
import { toProblem, toProblemLine } from './problem.ts'
import { requestContext } from '../request/request-context.ts'
import { sendContent } from '../request/send-answer.ts'
import { toAppError } from './to-app-error.ts'

/** Two headers instead of one with a list, because browsers ask for a password only then. */
const challenges = ['Bearer realm="canary-judge"', 'Basic realm="canary-judge", charset="UTF-8"']

/** Turns an error into an answer. Nothing else does. */
export function answerError(log: Log, request: Request, response: Response, thrown: unknown): void {
  const error = toAppError(thrown)
  const { requestId, route } = requestContext(request)
  const fields = { requestId, route, code: error.code, err: error.cause ?? error }
  if (error.code === 'internal') log.error(fields, 'request failed for a reason nobody foresaw')
  else if (error.code === 'store-unavailable') log.warn(fields, 'the store did not do what a request needs')
  else log.debug(fields, 'request refused')
  if (response.headersSent) {
    response.destroy()
    return
  }
  const problem = toProblem(error, requestId)
  response.status(problem.status)
  if (problem.status === 401) response.setHeader('WWW-Authenticate', challenges)
  if (error.retryAfter !== undefined) response.setHeader('Retry-After', Math.ceil(error.retryAfter))
  // otherwise the rest of the body would be read as the next request
  if (hasUnreadBody(request)) response.setHeader('Connection', 'close')
  if (answersInLines(request.originalUrl)) {
    sendContent(response, 'text/plain; charset=utf-8', toProblemLine(problem))
  } else {
    sendContent(response, 'application/problem+json; charset=utf-8', JSON.stringify(problem))
  }
}

const hasUnreadBody = ({ complete, headers }: Request): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
