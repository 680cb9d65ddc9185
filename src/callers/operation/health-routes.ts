import { z } from 'zod'
import type { Health } from '../../telemetry/health.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type RouteGroup } from '../../http/route.ts'
import { aliveSchema, readySchema } from './health-schemas.ts'

export interface HealthDeps {
  readonly health: Health
  readonly metrics: Metrics
  readonly checkParts: () => Promise<void>
}

export function healthRoutes({ health, metrics, checkParts }: HealthDeps): RouteGroup {
  const open = { roles: [], limit: 'none', params: noInput, body: noBody } as const
  return {
    name: 'operation',
    description: 'Whether the service runs, and how its parts are',
    routes: [
      route({
        ...open,
        // probes may add parameters, such as a time against caches
        query: z.looseObject({}),
        method: 'get',
        path: '/healthz',
        operationId: 'getHealth',
        summary: 'Whether the process answers',
        answers: {
          200: { description: 'The process answers', type: 'application/json', schema: aliveSchema },
        },
        handle: () => ({ status: 200, json: { status: 'ok' } }),
      }),
      route({
        ...open,
        query: z.looseObject({}),
        method: 'get',
        path: '/readyz',
        operationId: 'getReadiness',
        summary: 'Whether to send requests here; degraded parts do not change the status',
        answers: {
          200: { description: 'Ready', type: 'application/json', schema: readySchema },
          503: { description: 'Starting or stopping', type: 'application/json', schema: readySchema },
        },
        async handle() {
          if (health.state === 'ready') await checkParts()
          health.forgetStale()
          const status = health.state === 'ready' ? 200 : 503
          return { status, json: { status: health.state, parts: health.parts() } }
        },
      }),
      route({
        ...open,
        query: z.looseObject({}),
        method: 'get',
        path: '/metrics',
        operationId: 'getMetrics',
        summary: 'Metrics of the service itself, for Prometheus',
        answers: { 200: { description: 'Text format 0.0.4', type: 'text/plain' } },
        async handle() {
          // where nothing probes /readyz, an alert on a part depends on this check
          if (health.state === 'ready') await checkParts()
          health.forgetStale()
          const content = await metrics.registry.metrics()
          return { status: 200, type: metrics.registry.contentType, content }
        },
      }),
    ],
  }
}
