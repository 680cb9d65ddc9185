import { field } from './read-result.ts'
import { SourceError } from './source-error.ts'

/** Codes of gzip, zstd and brotli. */
const isOfCompression = /^(Z_|ZSTD_|ERR__ERROR_)/

/** Finds the reason of a failure, because the driver throws plain objects. */
export function toSourceError(thrown: unknown, signal: AbortSignal | undefined): SourceError {
  const error = field(thrown, 'original') ?? thrown
  if (error instanceof SourceError) return error
  if (signal?.aborted === true) return timedOut()
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  // without the error itself, because it holds the whole request with its credentials
  const cause = new Error(message === '' ? 'unknown' : message)
  if (/maxContentLength/.test(message)) {
    return new SourceError('source-too-large', 'the answer of Prometheus is larger than the limit', {
      cause,
    })
  }
  const how = code === undefined ? '' : ` (${code})`
  if (code !== undefined && isOfCompression.test(code)) {
    const text = `expected an answer of Prometheus that can be decompressed, got another${how}`
    return new SourceError('source-invalid', text, { cause })
  }
  // an idle connection that the server closes at this moment looks like a reset
  const transient = code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_BAD_RESPONSE'
  const text =
    code === 'ERR_BAD_RESPONSE' ? 'the answer of Prometheus broke off' : `no connection to Prometheus${how}`
  return new SourceError('source-down', text, { transient, cause })
}

export function timedOut(): SourceError {
  return new SourceError('source-timeout', 'Prometheus did not answer within the deadline')
}

function codeOf(error: unknown): string | undefined {
  const code = field(error, 'code')
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : undefined
}
