import type { BuiltinName } from '../../import/formats/flagger-builtin.ts'

interface Provider {
  /** Matchers of the canary. */
  readonly canary: string
  readonly total: string
  /** Matcher of requests that did not fail. */
  readonly good: string
  readonly histogram: string
  /** How many milliseconds one unit of the histogram is. */
  readonly ms: 1 | 1000
  /** The duration is the mean instead of p99. */
  readonly isMean?: true
}

const envoy = {
  total: 'envoy_cluster_upstream_rq',
  good: 'envoy_response_code!~"5.*"',
  histogram: 'envoy_cluster_upstream_rq_time',
  ms: 1,
} as const

/** What Flagger 1.44 reads for its builtin metrics: pkg/metrics/observers. */
const providers: Readonly<Record<string, Provider>> = {
  istio: {
    canary:
      'reporter="destination",destination_workload_namespace="{{namespace}}",destination_workload=~"{{target}}"',
    total: 'istio_requests_total',
    good: 'response_code!~"5.*"',
    histogram: 'istio_request_duration_milliseconds',
    ms: 1,
  },
  linkerd: {
    canary: 'namespace="{{namespace}}",deployment=~"{{target}}",direction="inbound"',
    total: 'response_total',
    good: 'classification!="failure"',
    histogram: 'response_latency_ms',
    ms: 1,
  },
  nginx: {
    canary: 'namespace="{{namespace}}",ingress="{{ingress}}",canary!=""',
    total: 'nginx_ingress_controller_requests',
    good: 'status!~"5.*"',
    histogram: 'nginx_ingress_controller_response_duration_seconds',
    ms: 1000,
    isMean: true,
  },
  traefik: {
    canary: 'service=~"{{namespace}}-{{target}}-canary-[0-9a-zA-Z-]+@kubernetescrd"',
    total: 'traefik_service_request_duration_seconds_count',
    good: 'code!~"5.."',
    histogram: 'traefik_service_request_duration_seconds',
    ms: 1000,
  },
  contour: { ...envoy, canary: 'envoy_cluster_name=~"{{namespace}}_{{service}}-canary_[0-9a-zA-Z-]+"' },
  gloo: {
    ...envoy,
    canary: 'envoy_cluster_name=~"{{namespace}}-{{target}}-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"',
  },
  kuma: { ...envoy, canary: 'service=~"{{target}}-canary_{{namespace}}_svc_[0-9a-zA-Z-]+"' },
  kubernetes: {
    canary:
      'kubernetes_namespace="{{namespace}}",kubernetes_pod_name=~"{{target}}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"',
    total: 'http_request_duration_seconds_count',
    good: 'status!~"5.*"',
    histogram: 'http_request_duration_seconds',
    ms: 1000,
  },
}

/** The query of a builtin metric, in percent or milliseconds; undefined where the provider is not known. */
export function builtinQuery(name: BuiltinName, provider: string): string | undefined {
  const [kind = ''] = provider.split(':', 1)
  const found = providers[kind === 'gatewayapi' ? 'kubernetes' : kind]
  if (found === undefined) return undefined
  const { canary, total, good, histogram, ms, isMean } = found
  const rate = (series: string, matchers = canary): string =>
    `sum(rate(${series}{${matchers}}[{{interval}}]))`
  if (name === 'request-success-rate') return `${rate(total, `${canary},${good}`)} / ${rate(total)} * 100`
  if (isMean === true) return `${rate(`${histogram}_sum`)} / ${rate(`${histogram}_count`)} * ${ms}`
  const buckets = `sum by (le) (rate(${histogram}_bucket{${canary}}[{{interval}}]))`
  return `histogram_quantile(0.99, ${buckets}) * ${ms}`
}
