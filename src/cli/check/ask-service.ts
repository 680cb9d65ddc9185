import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { type CheckAnswer, checkAnswerSchema } from './check-answer.ts'
import type { CheckRequest } from './check-request.ts'
import { messageOf } from '../message-of.ts'
import { plain } from '../plain.ts'

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
export function askService(
  service: Service,
  request: CheckRequest,
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const asked = { method: 'POST', path: '/v1/judge', body: JSON.stringify(request) }
  return ask(service, { ...asked, what: 'a verdict', schema: checkAnswerSchema }, signal)
}

const policiesSchema = z.looseObject({ policies: z.array(z.looseObject({ name: z.string() })) })

/** Rejects with AskError where the service does not answer, does not take the token, or has no such policy. */
export async function expectService(
  service: Service,
  policy: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const asked = { method: 'GET', path: '/v1/policies', what: 'a list of policies', schema: policiesSchema }
  const names = (await ask(service, asked, signal)).policies.map(({ name }) => name)
  if (policy === undefined || policy === '' || names.includes(policy)) return
  const message = `--policy: expected one that ${service.url} has loaded, got "${policy}"; it has ${names.join(', ')}`
  throw new AskError(plain(message), { passing: false })
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

interface Asked<T> {
  readonly method: string
  readonly path: string
  readonly body?: string
  /** What is expected, for the message where it is something else. */
  readonly what: string
  readonly schema: z.ZodType<T>
}

async function ask<T>(service: Service, asked: Asked<T>, signal: AbortSignal): Promise<T> {
  const { what, schema } = asked
  const response = await send(service, asked, signal)
  if (!response.ok) throw refusal(response, what)
  try {
    return schema.parse(JSON.parse(response.text))
  } catch (error) {
    throw new AskError(`expected ${what} from ${service.url}, got something else`, {
      passing: false,
      cause: error,
    })
  }
}

interface Received {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

async function send<T>(
  { url: base, token }: Service,
  { method, path, body }: Asked<T>,
  signal: AbortSignal,
): Promise<Received> {
  const url = `${base}${path}`
  try {
    const response = await fetch(url, {
      method,
      // A redirect would turn the POST into a GET, or carry the token elsewhere.
      redirect: 'manual',
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        Accept: 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body }),
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

function refusal({ status, headers, text }: Received, what: string): AskError {
  const passing = status >= 500 || status === 429 || status === 408
  const seconds = Number(headers.get('retry-after') ?? 0)
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0
  const problem = problemSchema.safeParse(parsed(text))
  if (!problem.success)
    return new AskError(`expected ${what}, got status ${status}`, { passing, retryAfterMs })
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
