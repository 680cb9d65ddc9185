import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { requestContext } from './request-context.ts'

const quietRoutes = new Set(['/healthz', '/readyz', '/metrics'])

/** One line per request: no headers, no query, no body, since any of them may carry a secret. */
export function accessLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    quietReqLogger: true,
    genReqId: (request) => requestContext(request).requestId,
    serializers: {
      req: ({ method, url }: { method: string; url: string }) => ({ method, path: pathOf(url) }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
    },
    customProps: (request) => {
      const { requestId, route, caller } = requestContext(request)
      return { requestId, route, caller: caller?.name }
    },
    customLogLevel: (request, response, error) => {
      if (error !== undefined || response.statusCode >= 500) return 'warn'
      return quietRoutes.has(requestContext(request).route ?? '') ? 'debug' : 'info'
    },
    customSuccessMessage: () => 'request answered',
    customErrorMessage: () => 'request failed',
  })
}

const longestPath = 300

const pathOf = (url: string): string => (url.split('?', 1)[0] ?? '').slice(0, longestPath)
