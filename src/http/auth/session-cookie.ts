import { TLSSocket } from 'node:tls'
import type { Request } from 'express'
import type { HttpSettings } from '../http-settings.ts'
import { sessionSeconds } from './sessions.ts'

const cookieName = 'canary-judge-session'
const longest = 2048

/** The session in the cookie of the request, unchecked. */
export function cookieOf({ headers }: Pick<Request, 'headers'>): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1)
  return value === undefined || value === '' || value.length > longest ? undefined : value
}

/** The header that sets the cookie, or deletes it if there is no session. No script can read it, and no other site sends it. */
export function setCookie(
  request: Request,
  { publicUrl }: Pick<HttpSettings, 'publicUrl'>,
  session: string | undefined,
): string {
  const url = publicUrl === undefined ? undefined : new URL(publicUrl)
  const isSecure = request.secure || request.socket instanceof TLSSocket || url?.protocol === 'https:'
  return [
    `${cookieName}=${session ?? ''}`,
    `Path=${url?.pathname ?? '/'}`,
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${session === undefined ? 0 : sessionSeconds}`,
    ...(isSecure ? ['Secure'] : []),
  ].join('; ')
}
