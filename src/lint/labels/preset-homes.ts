/** Where the series of a preset come from. */
interface Home {
  /** Keys of `trafficRouting` of a Rollout; empty = such a rollout never has these series. */
  readonly routers: readonly string[] | 'any'
  /** Providers of a Canary. */
  readonly providers: readonly string[] | 'any'
  /** Which names the preset looks for. */
  readonly by: 'pods' | 'workload' | 'service' | 'ingress' | 'version'
}

/** For a router or a provider that is missing here, lint says nothing. */
export const presetHomes: ReadonlyMap<string, Home> = new Map<string, Home>([
  ['pods', { routers: 'any', providers: 'any', by: 'pods' }],
  ['argo-hash-label', { routers: 'any', providers: [], by: 'pods' }],
  ['labels', { routers: 'any', providers: 'any', by: 'version' }],
  ['istio-workload', { routers: [], providers: ['istio', 'gatewayapi'], by: 'workload' }],
  ['istio-gateway', { routers: [], providers: ['istio', 'gatewayapi'], by: 'workload' }],
  ['linkerd', { routers: [], providers: ['linkerd', 'smi', 'gatewayapi'], by: 'workload' }],
  ['istio-service', { routers: ['istio', 'plugins'], providers: ['istio', 'gatewayapi'], by: 'service' }],
  ['istio-version', { routers: ['istio', 'plugins'], providers: ['istio', 'gatewayapi'], by: 'pods' }],
  ['nginx-ingress', { routers: ['nginx'], providers: ['nginx'], by: 'ingress' }],
  ['traefik', { routers: ['traefik', 'plugins'], providers: ['traefik', 'gatewayapi'], by: 'service' }],
  ['contour', { routers: ['plugins'], providers: ['contour', 'gatewayapi'], by: 'service' }],
  ['gloo', { routers: ['plugins'], providers: ['gloo', 'gatewayapi'], by: 'service' }],
  ['kuma', { routers: ['plugins'], providers: ['kuma', 'gatewayapi'], by: 'service' }],
])
