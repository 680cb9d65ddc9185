import type { RequestHandler } from 'express'
import type { Log } from '../../judge/ports/ports.ts'
import { requestContext } from './request-context.ts'

const quietRoutes = new Set(['/healthz', '/readyz', '/metrics'])

/** Writes one line for each request, without headers, query and body, because each of them may contain a secret. */
export function accessLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const start = performance.now()
    const path = shown(request.url)
    response.once('close', () => {
      const { requestId, route, caller } = requestContext(request)
      const fields = {
        requestId,
        method: request.method,
        path,
        route,
        status: response.statusCode,
        ...(!response.writableFinished && { aborted: true }),
        ms: Math.round(performance.now() - start),
        caller: caller?.name,
      }
      if (response.statusCode >= 500) log.warn(fields, 'request failed')
      else if (quietRoutes.has(route ?? '')) log.debug(fields, 'request answered')
      else log.info(fields, 'request answered')
    })
    next()
  }
}

const longestPath = 300

const shown = (url: string): string => (url.split('?', 1)[0] ?? '').slice(0, longestPath)
