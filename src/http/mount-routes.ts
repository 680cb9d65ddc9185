import type { Express, Request, Response } from 'express'
import { AppError } from '../errors.ts'
import { type Admission, admit, pageSession } from './auth/admit.ts'
import { takeBody } from './body/take-body.ts'
import type { RateLimits } from './request/rate-limits.ts'
import { readQuery } from './request/read-query.ts'
import { requestContext } from './request/request-context.ts'
import type { Route } from './route.ts'
import { sendAnswer } from './request/send-answer.ts'

/** Registers each route of the table, and for every path the answers to OPTIONS and other methods. */
export function mountRoutes(app: Express, routes: readonly Route[], admission: Admission): void {
  const byPath = Map.groupBy(routes, ({ path }) => path)
  for (const [path, samePath] of byPath) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
    for (const route of samePath) {
      app[route.method](pattern, (request, response) => serve(route, admission, request, response))
    }
    const allow = allowedMethods(samePath)
    app.all(pattern, (request, response) => refuseMethod(allow, path, request, response))
  }
}

async function serve(
  route: Route,
  admission: Admission,
  request: Request,
  response: Response,
): Promise<void> {
  const context = requestContext(request)
  context.route = route.path
  const caller = await admit(route, admission, request)
  context.caller = caller
  await applyLimit(route, admission.rateLimits, request, response)
  const session = pageSession(request, caller, admission)
  const gone = new AbortController()
  response.once('close', () => gone.abort(closed))
  const answer = await route.run({
    params: request.params,
    query: readQuery(request.url),
    body: await takeBody(route, request, { caller, session, settings: admission.settings() }),
    caller,
    session,
    requestId: context.requestId,
    signal: gone.signal,
  })
  if (!response.destroyed) await sendAnswer(request, response, answer)
}

/** Made once, because an abort without a reason makes an error with a stack for each request. */
const closed = new Error('the response is closed')

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
