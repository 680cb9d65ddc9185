import type { RequestListener } from 'node:http'
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { AppError } from '../errors.ts'
import type { Clock } from '../judge/ports/ports.ts'
import type { Health } from '../telemetry/health.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { accessLog } from './request/access-log.ts'
import { type Admission, everybody, pageSession } from './auth/admit.ts'
import { createSessions } from './auth/sessions.ts'
import { answerError, type ProblemPage } from './problems/answer-error.ts'
import type { Problem } from './problems/problem.ts'
import type { TokenTable } from './auth/token-table.ts'
import { checkHost } from './request/check-host.ts'
import type { HttpSettings } from './http-settings.ts'
import { mountRoutes } from './mount-routes.ts'
import { observeRequests } from './request/observe-requests.ts'
import { createRateLimits } from './request/rate-limits.ts'
import { setRequestContext } from './request/request-context.ts'
import { requestId } from './request/request-id.ts'
import type { PageSession, RouteGroup } from './route.ts'

export interface HandlerDeps {
  readonly groups: readonly RouteGroup[]
  readonly settings: () => HttpSettings
  readonly tokens: () => TokenTable
  readonly trustProxy: false | number | readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly health: Health
  /** The key that signs sessions, the same for all replicas. */
  readonly sharedKey: () => Promise<string>
  /** Makes the page that a browser gets in place of problem JSON. */
  readonly problemPage?: ProblemPageOf
}

export type ProblemPageOf = (
  problem: Problem,
  asked: { readonly path: string; readonly isFromElsewhere: boolean; readonly session: PageSession },
) => Promise<ProblemPage>

/** Builds the handler for all requests. */
export function createHandler(deps: HandlerDeps): RequestListener {
  const { clock, settings, tokens, metrics, logger } = deps
  const app = createExpress(deps)
  app.use(begin(deps))
  app.use(observeRequests(metrics))
  app.use(accessLog(logger))
  app.use(securityHeaders)
  app.use(checkHost)
  const routes = deps.groups.flatMap((group) => group.routes)
  const rateLimits = createRateLimits({ clock, settings })
  const admission = {
    settings,
    tokens,
    rateLimits,
    sessions: createSessions({ key: deps.sharedKey, tokens, clock }),
    onFailedLogin: () => metrics.failedLogins.inc(),
  }
  mountRoutes(app, routes, admission)
  app.use((request) => {
    throw new AppError('not-found', `expected a path of /openapi.json, got ${shown(request.path)}`)
  })
  // Express recognises an error handler by its four arguments
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answerError({ log: logger, page: problemPage(deps, admission) }, request, response, error),
  )
  return (request, response) => {
    request.url = withoutOrigin(request.url ?? '/')
    app(request, response)
  }
}

function problemPage({ problemPage: page, logger }: HandlerDeps, admission: Admission) {
  if (page === undefined) return undefined
  return async (problem: Problem, request: Request): Promise<ProblemPage | undefined> => {
    const { originalUrl, headers } = request
    const isFromElsewhere = headers['sec-fetch-site'] === 'cross-site'
    const session = pageSession(request, everybody, admission)
    return page(problem, { path: originalUrl, isFromElsewhere, session }).catch((error: unknown) => {
      logger.error({ err: error }, 'a problem could not be shown as a page')
      return undefined
    })
  }
}

function createExpress({ trustProxy }: HandlerDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.set('query parser', false)
  app.set('trust proxy', typeof trustProxy === 'object' ? [...trustProxy] : trustProxy)
  return app
}

function begin({ health }: HandlerDeps): RequestHandler {
  return (request, response, next) => {
    const id = requestId(request.headers['x-request-id'])
    setRequestContext(request, { requestId: id })
    response.setHeader('X-Request-Id', id)
    response.setHeader('Cache-Control', 'no-store')
    // otherwise a client that has its answer would keep its connection open until the deadline of the stop
    if (health.state === 'stopping') response.setHeader('Connection', 'close')
    next()
  }
}

/** JSON and text may load nothing at all; pages send their own policy. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  // TLS ends in front of this service, and the proxy there sets this header
  strictTransportSecurity: false,
})

/** A request line may hold a whole URL; only its path matters here. */
const withoutOrigin = (url: string): string => {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
  return path.startsWith('/') || path === '*' ? path : `/${path}`
}

const shown = (path: string): string => (path.length > 100 ? `${path.slice(0, 99)}…` : path)
