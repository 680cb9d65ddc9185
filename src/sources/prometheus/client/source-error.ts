export type SourceFailure =
  | 'source-down'
  | 'source-timeout'
  | 'source-refused'
  | 'source-partial'
  | 'source-invalid'
  | 'source-too-large'

export interface SourceErrorDetails {
  readonly status?: number
  /** Whether the same query may work a moment later. */
  readonly transient?: boolean
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** Every way in which a query can fail. Its message is safe to show: no address, no header, no credential. */
export class SourceError extends Error {
  readonly kind: SourceFailure
  readonly httpStatus: number | undefined
  readonly transient: boolean
  readonly retryAfterMs: number | undefined

  constructor(kind: SourceFailure, message: string, details: SourceErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'SourceError'
    this.kind = kind
    this.httpStatus = details.status
    this.transient = details.transient ?? false
    this.retryAfterMs = details.retryAfterMs
  }
}
