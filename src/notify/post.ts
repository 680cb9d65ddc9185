import type { TargetRequest } from './target.ts'

export type Posted =
  | { readonly result: 'sent'; readonly status: number }
  /** Another try may have more luck, not before `afterMs` where the target says so. */
  | { readonly result: 'again'; readonly why: string; readonly afterMs?: number }
  /** The message itself is not wanted. */
  | { readonly result: 'refused'; readonly why: string }

const timeoutMs = 10_000
/** A target that wants longer is asked again after this. */
const longestRetryAfterMs = 3_600_000
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422])

/**
 * Sends one request. No redirect is followed, and nothing of the answer but its head is read. What it says of failures
 * names neither address nor key, which are secrets.
 */
export async function post(
  { url, headers, body }: TargetRequest,
  signal: AbortSignal,
  now: number,
): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'canary-judge', ...headers },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    await response.body?.cancel()
    return outcomeOf(response, now)
  } catch (error) {
    return { result: 'again', why: reasonOf(error) }
  }
}

function outcomeOf({ ok, status, headers }: Response, now: number): Posted {
  if (ok) return { result: 'sent', status }
  const why = `expected a status of 200 to 299, got ${status}`
  if (refusals.has(status)) return { result: 'refused', why }
  const afterMs = retryAfterMs(headers.get('retry-after'), now)
  return { result: 'again', why, ...(afterMs !== undefined && { afterMs }) }
}

/** Seconds or a date. */
function retryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  const ms = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, longestRetryAfterMs) : undefined
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  if (error.name === 'AbortError') return 'stopped'
  const cause = error.cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
  return `no connection (${code})`
}
