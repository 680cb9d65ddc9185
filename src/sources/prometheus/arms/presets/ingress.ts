import { type Arms, armsByLabel, equalities } from '../arms.ts'
import { escapeRegex } from '../../queries/matcher.ts'
import type { PresetContext } from '../preset-context.ts'
import { envoy, serviceNames } from './mesh.ts'

/** The canary label names the backend where a canary ingress took the request, and is empty elsewhere. */
export function nginxIngress(context: PresetContext): Arms {
  const ingress = context.param('ingress') ?? context.name
  return armsByLabel({
    label: context.neededLabel('canary'),
    canary: { pattern: '.+' },
    stable: { text: '' },
    common: equalities([
      [context.label('namespace'), context.namespace],
      [context.neededLabel('ingress'), ingress],
    ]),
    targetLabels: context.targetLabels,
    defaults: {
      total: 'nginx_ingress_controller_requests',
      bad: 'nginx_ingress_controller_requests{status=~"5.."}',
      histogram: 'nginx_ingress_controller_response_duration_seconds',
      unit: 'seconds',
    },
  })
}

export function traefik(context: PresetContext): Arms {
  const { canary, stable } = serviceNames(context)
  const provider = context.param('provider') ?? 'kubernetescrd'
  const pattern = (service: string): string =>
    `${escapeRegex(`${context.namespace}-${service}-`)}${portOf(context)}${escapeRegex(`@${provider}`)}`
  return armsByLabel({
    label: context.neededLabel('service'),
    canary: { pattern: pattern(canary) },
    stable: { pattern: pattern(stable) },
    common: [],
    targetLabels: context.targetLabels,
    defaults: {
      total: 'traefik_service_request_duration_seconds_count',
      bad: 'traefik_service_request_duration_seconds_count{code=~"5.."}',
      histogram: 'traefik_service_request_duration_seconds',
      unit: 'seconds',
    },
  })
}

export function contour(context: PresetContext): Arms {
  const { canary, stable } = serviceNames(context)
  const pattern = (service: string): string =>
    `${escapeRegex(`${context.namespace}_${service}_`)}${portOf(context)}`
  return clusterArms(context, pattern(canary), pattern(stable))
}

export function gloo(context: PresetContext): Arms {
  const { namespace, service } = context
  const pattern = (arm: string): string =>
    `${escapeRegex(`${namespace}-${service}-${arm}upstream-`)}${portOf(context)}_.*`
  return clusterArms(context, pattern('canary'), pattern('primary'))
}

function clusterArms(context: PresetContext, canary: string, stable: string): Arms {
  return armsByLabel({
    label: context.neededLabel('cluster'),
    canary: { pattern: canary },
    stable: { pattern: stable },
    common: [],
    targetLabels: context.targetLabels,
    defaults: envoy,
  })
}

/** Without a dash, so that no longer name of another service fits. */
function portOf(context: PresetContext): string {
  const port = context.param('port')
  return port === undefined ? '[a-z0-9]+' : escapeRegex(port)
}
