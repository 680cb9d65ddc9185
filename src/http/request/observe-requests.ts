import type { RequestHandler } from 'express'
import type { Metrics } from '../../telemetry/metrics.ts'
import { requestContext } from './request-context.ts'

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Records durations by method, route template and status. Clients cannot create new values of these labels. */
export function observeRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const end = metrics.httpDuration.startTimer()
    metrics.httpInFlight.inc()
    response.once('close', () => {
      metrics.httpInFlight.dec()
      end({
        method: known.has(request.method) ? request.method : 'other',
        route: requestContext(request).route ?? 'none',
        status: response.writableFinished ? String(response.statusCode) : 'aborted',
      })
    })
    next()
  }
}
