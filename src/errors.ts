/** The failures of this service. A bad canary is a verdict, and an unknown result is `inconclusive` with a reason. */
export const appErrorCodes = [
  'bad-request',
  'bad-json',
  'body-too-large',
  'unsupported-media-type',
  'not-acceptable',
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
  'conflict',
  'invalid-policy',
  'unknown-policy',
  'invalid-recording',
  'unprocessable',
  'rate-limited',
  'overloaded',
  'timeout',
  'shutting-down',
  'store-unavailable',
  'internal',
] as const

export type AppErrorCode = (typeof appErrorCodes)[number]

/** One mistake in the input, with its place. */
export interface FieldIssue {
  /** Path such as `metrics[0].margin`; empty for the whole input. */
  readonly path: string
  /** Says what was expected and what was got. */
  readonly message: string
  readonly line?: number
  readonly column?: number
}

export class AppError extends Error {
  readonly code: AppErrorCode
  readonly issues: readonly FieldIssue[]
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined

  constructor(
    code: AppErrorCode,
    message: string,
    options: { cause?: unknown; issues?: readonly FieldIssue[]; retryAfter?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.issues = options.issues ?? []
    this.retryAfter = options.retryAfter
  }
}
