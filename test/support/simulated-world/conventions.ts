import { serviceOf, workloadOf, type Identity } from './identity.ts'
import type { Arm } from '../../../src/engine/model/recording.ts'
import type { Labels } from '../simulated-prometheus/simulated-series.ts'

/** How one kind of exporter names what it counts. */
export interface Convention {
  /** Who counts requests: each pod or its sidecar, or gateways that know the arms but not the pods. */
  readonly at: 'pod' | 'gateway'
  /** The counter of requests; without it, `_count` of the histogram counts them. */
  readonly requests?: string
  readonly status: { readonly label: string; readonly ok: string; readonly bad: string }
  /** The name of the histogram, without `_bucket`. */
  readonly latency: string
  readonly milliseconds: boolean
  /** Whether the histogram has the status label too. */
  readonly latencyByStatus: boolean
  /** Whether bounds are written as 1.0 and not as 1. */
  readonly floatBounds?: boolean
  /** The name of the scraped container, and its port. */
  readonly container: string
  readonly port: number
  /** The labels that name the arm. */
  readonly labels: (identity: Identity, arm: Arm) => Labels
  /** The labels that differ in the series with which the other end counts the same requests. */
  readonly echo?: Labels
  /** Whether the canary's series stay unchanged between rollouts. */
  readonly remembers?: true
}

const http = { ok: '200', bad: '503' } as const
const seconds = { milliseconds: false, latencyByStatus: true } as const
const envoy = {
  at: 'gateway',
  requests: 'envoy_cluster_upstream_rq',
  status: { label: 'envoy_response_code', ...http },
  latency: 'envoy_cluster_upstream_rq_time',
  milliseconds: true,
  latencyByStatus: false,
  container: 'envoy',
  port: 8002,
  remembers: true,
} as const

export const conventions = {
  application: {
    ...seconds,
    at: 'pod',
    requests: 'http_requests_total',
    status: { label: 'code', ...http },
    latency: 'http_request_duration_seconds',
    latencyByStatus: false,
    container: 'app',
    port: 8080,
    labels: () => ({ method: 'GET' }),
  },
  opentelemetry: {
    ...seconds,
    at: 'pod',
    status: { label: 'http_response_status_code', ...http },
    latency: 'http_server_request_duration_seconds',
    floatBounds: true,
    container: 'app',
    port: 9464,
    labels: () => ({ http_request_method: 'GET', http_route: '/orders/{id}' }),
  },
  istio: {
    at: 'pod',
    requests: 'istio_requests_total',
    status: { label: 'response_code', ...http },
    latency: 'istio_request_duration_milliseconds',
    milliseconds: true,
    latencyByStatus: true,
    container: 'istio-proxy',
    port: 15020,
    labels: (identity, arm) => ({
      reporter: 'destination',
      source_workload: 'gateway',
      destination_workload: workloadOf(identity, arm),
      destination_workload_namespace: identity.namespace,
      destination_service_name: serviceOf(identity, arm),
      destination_service_namespace: identity.namespace,
      destination_version: versionOf(arm),
      destination_canonical_revision: versionOf(arm),
      request_protocol: 'http',
    }),
    echo: { reporter: 'source' },
  },
  'istio-gateway': {
    at: 'gateway',
    requests: 'istio_requests_total',
    status: { label: 'response_code', ...http },
    latency: 'istio_request_duration_milliseconds',
    milliseconds: true,
    latencyByStatus: true,
    container: 'istio-proxy',
    port: 15020,
    labels: (identity, arm) => ({
      reporter: 'source',
      source_workload: 'ingress-istio',
      destination_workload: workloadOf(identity, arm),
      destination_workload_namespace: identity.namespace,
      destination_service_name: serviceOf(identity, arm),
      request_protocol: 'http',
    }),
  },
  linkerd: {
    at: 'pod',
    requests: 'response_total',
    status: { label: 'classification', ok: 'success', bad: 'failure' },
    latency: 'response_latency_ms',
    milliseconds: true,
    latencyByStatus: false,
    container: 'linkerd-proxy',
    port: 4191,
    labels: (identity, arm) => ({ deployment: workloadOf(identity, arm), direction: 'inbound', tls: 'true' }),
    echo: { direction: 'outbound' },
  },
  nginx: {
    ...seconds,
    at: 'gateway',
    requests: 'nginx_ingress_controller_requests',
    status: { label: 'status', ...http },
    latency: 'nginx_ingress_controller_response_duration_seconds',
    container: 'controller',
    port: 10254,
    labels: ({ namespace, ingress, ...identity }, arm) => {
      const service = serviceOf({ namespace, ingress, ...identity }, arm)
      const canary = arm === 'canary' ? `${namespace}-${service}-${identity.port}` : ''
      return { namespace, ingress, service, canary, method: 'GET', path: '/' }
    },
  },
  traefik: {
    ...seconds,
    at: 'gateway',
    status: { label: 'code', ...http },
    latency: 'traefik_service_request_duration_seconds',
    container: 'traefik',
    port: 9100,
    labels: (identity, arm) => ({
      service: `${identity.namespace}-${serviceOf(identity, arm)}-${identity.port}@kubernetescrd`,
      method: 'GET',
      protocol: 'http',
    }),
  },
  contour: {
    ...envoy,
    labels: (identity, arm) => ({
      envoy_cluster_name: `${identity.namespace}_${serviceOf(identity, arm)}_${identity.port}`,
    }),
  },
  gloo: {
    ...envoy,
    labels: (identity, arm) => ({
      envoy_cluster_name: `${identity.namespace}-${serviceOf(identity, arm)}upstream-${identity.port}_gloo-system`,
    }),
  },
  kuma: {
    ...envoy,
    labels: (identity, arm) => ({
      service: `${serviceOf(identity, arm)}_${identity.namespace}_svc_${identity.port}`,
    }),
  },
} as const satisfies Readonly<Record<string, Convention>>

export type ConventionName = keyof typeof conventions

export function versionOf(arm: Arm): string {
  return arm === 'canary' ? 'v2' : 'v1'
}
