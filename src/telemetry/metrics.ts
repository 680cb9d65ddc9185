import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { createAaMetrics } from './aa-metrics.ts'
import { createRunMetrics } from './run-metrics.ts'
import { createStoreMetrics } from './store-metrics.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** All metrics of the service, on their own registry. Each part records into its own metrics. */
export function createMetrics(version: string) {
  const registry = new Registry()
  const registers = [registry]
  // Brings nodejs_eventloop_lag_*, memory, CPU and garbage collection.
  collectDefaultMetrics({ register: registry })
  const buildInfo = new Gauge({
    name: 'canary_judge_build_info',
    help: 'Always 1; the labels say which build runs',
    labelNames: ['version', 'node'],
    registers,
  })
  buildInfo.set({ version, node: process.version }, 1)
  return { registry, ...httpMetrics(registers), ...judgeMetrics(registers), ...operationMetrics(registers) }
}

function httpMetrics(registers: Registry[]) {
  return {
    httpDuration: new Histogram({
      name: 'canary_judge_http_request_duration_seconds',
      help: 'Time from the request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    httpInFlight: new Gauge({
      name: 'canary_judge_http_requests_in_flight',
      help: 'Requests being answered',
      registers,
    }),
    failedLogins: new Counter({
      name: 'canary_judge_failed_logins_total',
      help: 'Requests with a token that is not configured',
      registers,
    }),
  }
}

function judgeMetrics(registers: Registry[]) {
  return {
    verdicts: new Counter({
      name: 'canary_judge_verdicts_total',
      help: 'Verdicts answered, by what was answered and what the statistics said',
      labelNames: ['caller', 'verdict', 'judged'],
      registers,
    }),
    timeToVerdict: new Histogram({
      name: 'canary_judge_time_to_verdict_seconds',
      help: 'From the beginning of a step to its pass, and from that of a rollout to its first fail',
      labelNames: ['verdict'],
      buckets: [60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 21_600],
      registers,
    }),
    sourceQueries: new Counter({
      name: 'canary_judge_source_queries_total',
      help: 'Queries to a Prometheus, by how they ended',
      labelNames: ['source', 'result'],
      registers,
    }),
    sourceQueryDuration: new Histogram({
      name: 'canary_judge_source_query_duration_seconds',
      help: 'Time a query to a Prometheus took',
      labelNames: ['source'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    ...createStoreMetrics(registers),
    ...createRunMetrics(registers),
    ...createAaMetrics(registers),
  }
}

function operationMetrics(registers: Registry[]) {
  return {
    partUp: new Gauge({
      name: 'canary_judge_part_up',
      help: '1 when the part works, 0 when it is degraded; /readyz says why',
      labelNames: ['part'],
      registers,
    }),
    messages: new Counter({
      name: 'canary_judge_messages_total',
      help: 'Tries to deliver a message, by how they ended',
      labelNames: ['target', 'result'],
      registers,
    }),
    reloads: new Counter({
      name: 'canary_judge_reloads_total',
      help: 'Changes of configuration or policy files seen, by whether they were taken',
      labelNames: ['what', 'result'],
      registers,
    }),
  }
}
