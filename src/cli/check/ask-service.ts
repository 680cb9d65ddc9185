import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { type CheckAnswer, checkAnswerSchema, plain } from './check-answer.ts'
import type { CheckRequest } from './check-request.ts'
import { messageOf } from '../message-of.ts'

export interface Service {
  /** Without a slash at its end. */
  readonly url: string
  readonly token?: string
}

/** The service did not judge. */
export class AskError extends Error {
  /** Whether trying again may help. */
  readonly passing: boolean
  /** How long the service asks to wait. */
  readonly retryAfterMs: number

  constructor(message: string, options: { passing: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'AskError'
    this.passing = options.passing
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}

/** More than the eight seconds in which a service answers. */
const timeoutMs = 20_000

/** Makes one look. Rejects with AskError, which never contains the token. */
export async function askService(
  { url, token }: Service,
  request: CheckRequest,
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const response = await post(`${url}/v1/judge`, token, request, signal)
  if (!response.ok) throw refusal(response)
  try {
    return checkAnswerSchema.parse(JSON.parse(response.text))
  } catch (error) {
    throw new AskError(`expected a verdict from ${url}, got something else`, { passing: false, cause: error })
  }
}

/** The address of a service. The error does not repeat a wrong address, because it may contain a password. */
export function toServiceUrl(flag: string, written: string): string {
  if (!URL.canParse(written) || !/^https?:$/.test(new URL(written).protocol)) {
    throw new AppError('bad-request', `--${flag}: expected an http or https URL`)
  }
  const { username, password, search, hash, href } = new URL(written)
  if (username !== '' || password !== '') {
    throw new AppError('bad-request', `--${flag}: expected no user or password in it, use --token-file`)
  }
  if (search !== '' || hash !== '') throw new AppError('bad-request', `--${flag}: expected no ? or # in it`)
  return href.replace(/(?<!\/)\/+$/, '')
}

interface Received {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

async function post(
  url: string,
  token: string | undefined,
  body: object,
  signal: AbortSignal,
): Promise<Received> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      // A redirect would turn the POST into a GET, or carry the token elsewhere.
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    const { ok, status, headers } = response
    return { ok, status, headers, text: await response.text() }
  } catch (error) {
    signal.throwIfAborted()
    throw new AskError(`no answer from ${url}: ${reasonOf(error)}`, { passing: true, cause: error })
  }
}

/** The error of fetch only says that it failed; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `none within ${timeoutMs / 1000} s`
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const message = cause instanceof Error ? cause.message : messageOf(error)
  return message === '' ? (code ?? 'unknown') : message
}

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  issues: z.array(z.looseObject({ path: z.string(), message: z.string() })).default([]),
})

function refusal({ status, headers, text }: Received): AskError {
  const passing = status >= 500 || status === 429 || status === 408
  const seconds = Number(headers.get('retry-after') ?? 0)
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0
  const problem = problemSchema.safeParse(parsed(text))
  if (!problem.success)
    return new AskError(`expected a verdict, got status ${status}`, { passing, retryAfterMs })
  const { code, detail, issues } = problem.data
  const places = issues
    .map(({ path, message }) => `${path}: ${message}`)
    .filter((each) => !detail.includes(each))
  return new AskError(plain([`${code}: ${detail}`, ...places].join('; ')), { passing, retryAfterMs })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
