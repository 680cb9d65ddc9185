import { TLSSocket } from 'node:tls'
import type { Express, Request, Response } from 'express'
import { AppError } from '../errors.ts'
import { authenticate, authorize } from './auth/authenticate.ts'
import { isLoopback } from './auth/is-loopback.ts'
import type { TokenTable } from './auth/token-table.ts'
import type { Caller } from './auth/caller.ts'
import { checkContentType, decodeUtf8, formType } from './body/decode-text.ts'
import { parseJson } from './body/parse-json.ts'
import { readBody } from './body/read-body.ts'
import type { HttpSettings } from './http-settings.ts'
import type { RateLimits } from './request/rate-limits.ts'
import { readQuery } from './request/read-query.ts'
import { requestContext } from './request/request-context.ts'
import type { Route } from './route.ts'
import { sendAnswer } from './request/send-answer.ts'

export interface RouteGuards {
  readonly settings: () => HttpSettings
  readonly tokens: () => TokenTable
  readonly rateLimits: RateLimits
  readonly onFailedLogin: () => void
}

/** Registers each route of the table, and for every path the answers to OPTIONS and other methods. */
export function mountRoutes(app: Express, routes: readonly Route[], guards: RouteGuards): void {
  const byPath = Map.groupBy(routes, ({ path }) => path)
  for (const [path, samePath] of byPath) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
    for (const route of samePath) {
      app[route.method](pattern, (request, response) => serve(route, guards, request, response))
    }
    const allow = allowedMethods(samePath)
    app.all(pattern, (request, response) => refuseMethod(allow, path, request, response))
  }
}

async function serve(route: Route, guards: RouteGuards, request: Request, response: Response): Promise<void> {
  const context = requestContext(request)
  context.route = route.path
  const caller = admit(route, guards, request)
  context.caller = caller
  await applyLimit(route, guards.rateLimits, request, response)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const answer = await route.run({
    params: request.params,
    query: readQuery(request.url),
    body: await takeBody(route, guards.settings(), request, caller),
    caller,
    requestId: context.requestId,
    signal: gone.signal,
  })
  if (!response.destroyed) sendAnswer(request, response, answer)
}

const everybody: Caller = { name: 'anybody', authenticated: false, roles: new Set() }

function admit(route: Route, guards: RouteGuards, request: Request): Caller {
  if (route.roles.length === 0) return everybody
  const caller = identify(route, guards, request)
  if (caller.local === true) refuseOtherHosts(request)
  authorize(caller, route.roles)
  return caller
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

function identify(route: Route, guards: RouteGuards, request: Request): Caller {
  try {
    return authenticate(guards.tokens(), request.headers.authorization, clientCertificate(request))
  } catch (error) {
    // a request without a token is no attempt to guess one
    if (request.headers.authorization !== undefined) {
      guards.onFailedLogin()
      // a correct token works even if others guess tokens from the same address; controllers have no limit
      if (route.limit !== 'none') guards.rateLimits.checkLogins(request)
      guards.rateLimits.countFailedLogin(request)
    }
    throw error
  }
}

function clientCertificate({ socket }: Request): string | undefined {
  return socket instanceof TLSSocket && socket.authorized
    ? socket.getPeerX509Certificate()?.fingerprint256
    : undefined
}

async function applyLimit(
  route: Route,
  limits: RateLimits,
  request: Request,
  response: Response,
): Promise<void> {
  if (route.limit === 'none') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  await limits[route.limit](request, response, (error?: unknown) =>
    error === undefined ? resolve() : reject(error),
  )
  await promise
}

async function takeBody(
  route: Route,
  settings: HttpSettings,
  request: Request,
  caller: Caller,
): Promise<unknown> {
  const { form, types, size } = route.body
  if (form === 'none') return undefined
  const body = await readBody(
    request,
    size === 'recording' ? largest(settings, caller) : settings.maxBodyBytes,
  )
  checkContentType(request.headers['content-type'], typesFor(request, types))
  if (form === 'bytes') return body
  const text = decodeUtf8(body)
  return form === 'text' ? text : parseJson(text, settings.maxJsonDepth)
}

const largest = (settings: HttpSettings, { roles }: Caller): number =>
  roles.has('large-recordings') ? settings.maxLargeRecordingBytes : settings.maxRecordingBytes

/**
 * A browser asks the server before it sends JSON to another origin, but not before it sends a form. It does send the
 * origin.
 */
const typesFor = ({ headers }: Request, types: readonly string[]): readonly string[] =>
  headers.origin === undefined ? types : types.filter((type) => type !== formType)

function allowedMethods(routes: readonly Route[]): string {
  const methods = routes.flatMap(({ method }) =>
    method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  )
  return [...methods, 'OPTIONS'].join(', ')
}

function refuseMethod(allow: string, path: string, request: Request, response: Response): void {
  requestContext(request).route = path
  response.setHeader('Allow', allow)
  if (request.method !== 'OPTIONS') {
    throw new AppError('method-not-allowed', `expected method ${allow}, got ${request.method}`)
  }
  response.status(204).end()
}
