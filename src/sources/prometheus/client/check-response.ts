import { plainText } from './plain-text.ts'
import type { QueryResult } from './query-result.ts'
import { readMatrix } from './read-matrix.ts'
import { field, readResult } from './read-result.ts'
import { SourceError, type SourceErrorDetails, type SourceFailure } from './source-error.ts'

export interface RawResponse {
  readonly status: number
  readonly body: Buffer
  /** Seconds, as the header says. */
  readonly retryAfter?: string
  /** To a question over time, whose answer is a matrix. */
  readonly overTime?: boolean
}

/** Gives the data of an answer, or throws an error that says what is wrong with it. */
export function checkResponse({ status, body, retryAfter, overTime }: RawResponse): QueryResult {
  if (status >= 300 && status < 400) {
    throw new SourceError('source-refused', `Prometheus answered ${status}; redirects are not followed`, {
      status,
    })
  }
  const matrix = readMatrix(body)
  const parsed = parseJson(matrix?.frame ?? textOf(body))
  if (status >= 200 && status < 300) {
    if (parsed === undefined) {
      throw new SourceError('source-invalid', `expected JSON from Prometheus, got ${kindOf(textOf(body))}`, {
        status,
      })
    }
    if (field(parsed, 'status') === 'success') {
      const result = readResult(parsed, overTime)
      return { ...result, series: matrix?.series ?? result.series }
    }
    if (field(parsed, 'status') !== 'error') {
      throw new SourceError('source-invalid', 'expected an answer of Prometheus, got other JSON', { status })
    }
  }
  throw failureOf(status, parsed, retryAfter)
}

/** The words by which Thanos, Mimir and VictoriaMetrics report a timeout, with any status. */
const ranOutOfTime = /deadline exceeded|timeout exceeded|(query|request) timed out/i
const transientStatus = new Set([429, 502, 503, 504])

function failureOf(status: number, parsed: unknown, retryAfter: string | undefined): SourceError {
  const type = field(parsed, 'errorType')
  const error = field(parsed, 'error')
  const said = typeof error === 'string' ? plainText(error) : ''
  const text = `Prometheus answered ${status}${said === '' ? '' : `: ${said}`}`
  const slow = type === 'timeout' || type === 'canceled' || ranOutOfTime.test(said)
  const wait =
    retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined
  const details: SourceErrorDetails = {
    status,
    // a query that exceeded the server's limit exceeds it again
    transient: transientStatus.has(status) && !slow,
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  return new SourceError(failureKind(status, slow, said), text, details)
}

function failureKind(status: number, slow: boolean, said: string): SourceFailure {
  if (slow || status === 504) return 'source-timeout'
  if (status === 429 || status >= 500) return 'source-down'
  // as Prometheus, Thanos, Mimir and VictoriaMetrics word their limits
  const limit =
    /too many (samples|points|series|chunks)|maximum (resolution|number of)|exceed|max-?(samples|series)|not enough memory/i
  return limit.test(said) ? 'source-too-large' : 'source-refused'
}

const textOf = (body: Buffer): string => new TextDecoder().decode(body)

function parseJson(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body)
    return parsed
  } catch {
    return undefined
  }
}

function kindOf(body: string): string {
  if (body.trim() === '') return 'nothing'
  if (/^\s*</.test(body)) return 'HTML'
  return /^\s*[{[]/.test(body) ? 'broken JSON' : 'text'
}
