/** Metrics whose labels a preset knows. */
export interface MetricFamily {
  readonly preset: string
  /** The label that names the workload, the service or the ingress. */
  readonly label: RegExp
  /** Labels that the preset asks for itself. */
  readonly implied: readonly string[]
}

export function familyOf(metric: string): MetricFamily | undefined {
  return families.find(({ metrics }) => metrics.test(metric))
}

const families: readonly (MetricFamily & { readonly metrics: RegExp })[] = [
  {
    metrics: /^istio_/,
    preset: 'istio-workload',
    label: /^destination_(?:workload|service|service_name)$/,
    implied: ['reporter'],
  },
  { metrics: /^nginx_ingress_/, preset: 'nginx-ingress', label: /^ingress$/, implied: ['canary'] },
  {
    metrics: /^response_(?:total|latency_ms)/,
    preset: 'linkerd',
    label: /^deployment$/,
    implied: ['direction'],
  },
  { metrics: /^traefik_service_/, preset: 'traefik', label: /^(?:exported_)?service$/, implied: [] },
  { metrics: /^envoy_cluster_/, preset: 'contour', label: /^envoy_cluster_name$/, implied: [] },
]

/** The label with the namespace that a preset asks for; undefined where it asks for none. */
export function namespaceLabelOf(preset: string): string | undefined {
  if (preset === 'istio-service') return 'destination_service_namespace'
  if (preset.startsWith('istio-')) return 'destination_workload_namespace'
  return ['traefik', 'contour', 'gloo', 'kuma'].includes(preset) ? undefined : 'namespace'
}
