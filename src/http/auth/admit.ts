import { TLSSocket } from 'node:tls'
import type { Request } from 'express'
import { AppError } from '../../errors.ts'
import type { HttpSettings } from '../http-settings.ts'
import type { RateLimits } from '../request/rate-limits.ts'
import type { PageSession, Route } from '../route.ts'
import { authenticate, authorize } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { isLoopback } from './is-loopback.ts'
import { cookieOf, setCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'
import type { TokenTable } from './token-table.ts'

export interface Admission {
  readonly settings: () => HttpSettings
  readonly tokens: () => TokenTable
  readonly sessions: Sessions
  readonly rateLimits: RateLimits
  readonly onFailedLogin: () => void
}

export const everybody: Caller = { name: 'anybody', authenticated: false, roles: new Set() }

export async function admit(route: Route, admission: Admission, request: Request): Promise<Caller> {
  if (route.roles.length === 0) return everybody
  const { authorization } = request.headers
  const caller =
    (await callerOfSession(route, admission, request)) ??
    identify(admission, request, authorization, route.limit !== 'none')
  if (caller.local === true) refuseOtherHosts(request)
  authorize(caller, route.roles)
  return caller
}

/** A session may read. It writes by forms alone, because each form has a token of its own. */
async function callerOfSession(
  { method, body }: Route,
  { sessions }: Admission,
  request: Request,
): Promise<Caller | undefined> {
  const session = sessionOf(request)
  if (session === undefined || (method !== 'get' && body.form !== 'form')) return undefined
  return sessions.find(session, clientCertificate(request))
}

/** A token in the header wins over a cookie. */
const sessionOf = (request: Request): string | undefined =>
  request.headers.authorization === undefined ? cookieOf(request) : undefined

export function pageSession(request: Request, caller: Caller, admission: Admission): PageSession {
  const { sessions, settings } = admission
  const of = sessionOf(request) ?? `caller ${caller.name}`
  return {
    isOpen: caller.authenticated && request.headers.authorization === undefined,
    formToken: () => sessions.formToken(of),
    isFormToken: (token) => sessions.isFormToken(token, of),
    async begin(token) {
      const known = identify(admission, request, `Bearer ${token}`, true)
      return setCookie(request, settings(), await sessions.begin(known, clientCertificate(request)))
    },
    end: () => setCookie(request, settings(), undefined),
  }
}

function identify(
  { tokens, rateLimits, onFailedLogin }: Admission,
  request: Request,
  authorization: string | undefined,
  isLimited: boolean,
): Caller {
  try {
    return authenticate(tokens(), authorization, clientCertificate(request))
  } catch (error) {
    // a request without a token is no attempt to guess one
    if (authorization !== undefined) {
      onFailedLogin()
      // a correct token works even if others guess tokens from the same address; controllers have no limit
      if (isLimited) rateLimits.checkLogins(request)
      rateLimits.countFailedLogin(request)
    }
    throw error
  }
}

/**
 * A page of another site could reach this service by a host name that resolves to loopback, so other hosts are
 * refused.
 */
function refuseOtherHosts({ headers }: Request): void {
  const host = (headers.host ?? 'localhost').replace(/:\d+$/, '')
  if (isLoopback(host)) return
  throw new AppError(
    'forbidden',
    `expected a token, or a request to localhost, got one to "${host.slice(0, 60)}"`,
  )
}

function clientCertificate({ socket }: Request): string | undefined {
  return socket instanceof TLSSocket && socket.authorized
    ? socket.getPeerX509Certificate()?.fingerprint256
    : undefined
}
