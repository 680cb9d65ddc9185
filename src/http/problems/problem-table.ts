import type { AppErrorCode } from '../../errors.ts'

export interface ProblemKind {
  readonly status: number
  readonly title: string
  /** One sentence for the page that a problem's `type` points to. */
  readonly meaning: string
}

/** The one table from error code to HTTP status. */
export const problemTable: Readonly<Record<AppErrorCode, ProblemKind>> = {
  'bad-request': {
    status: 400,
    title: 'Bad request',
    meaning: 'A path, query or body field is missing, unknown or of the wrong type; `issues` names each one.',
  },
  'bad-json': {
    status: 400,
    title: 'Unreadable body',
    meaning:
      'The body is not JSON, is nested too deep, names a key twice, or uses a key that is reserved in JavaScript.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    meaning: 'The body, after inflation, is over the limit of this route.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The Content-Type, its charset or the Content-Encoding is not one that this route reads.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not acceptable',
    meaning: 'The answer exists in none of the formats that the Accept header allows.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    meaning: 'The request carries no token, or one that is not configured.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'The token is known and lacks the role, or is limited to other namespaces.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    meaning: 'There is no such route, run, verdict, recording or policy, or the token may not see it.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists with other methods; the Allow header lists them.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    meaning: 'The request contradicts what is stored, such as a decision on a closed run.',
  },
  'invalid-policy': {
    status: 422,
    title: 'Invalid policy',
    meaning: 'The policy cannot be read; `issues` names every mistake with its line and column.',
  },
  'unknown-policy': {
    status: 422,
    title: 'Unknown policy',
    meaning: 'No loaded policy has that name; `GET /v1/policies` lists them.',
  },
  'invalid-recording': {
    status: 422,
    title: 'Invalid recording',
    meaning: 'The recording cannot be read; `issues` names every mistake.',
  },
  unprocessable: {
    status: 422,
    title: 'Request makes no sense',
    meaning:
      'Every field can be read, but together they ask for something impossible, such as a canary that is its own stable version; `issues` names the fields.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning:
      'This client asked too often, or failed to log in too often; Retry-After says when to come back. Routes of controllers never answer this.',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    meaning: 'More looks are under way than the service accepts at once; Retry-After says when to come back.',
  },
  timeout: {
    status: 504,
    title: 'Timed out',
    meaning: 'The answer did not come within the deadline.',
  },
  'shutting-down': {
    status: 503,
    title: 'Shutting down',
    meaning: 'This replica is stopping; another one answers.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    meaning: 'History and decisions cannot be read or written at the moment; judging goes on without them.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'A defect of the service; the log has the cause under the request id.',
  },
}
