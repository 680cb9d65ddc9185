import { AppError } from '../../../../errors.ts'
import { type Arms, armsByLabel, type DefaultSelectors, equalities } from '../arms.ts'
import { escapeRegex } from '../../queries/matcher.ts'
import { type PresetContext, stableRevisionOf } from '../preset-context.ts'

const istio: DefaultSelectors = {
  total: 'istio_requests_total',
  bad: 'istio_requests_total{response_code=~"5.."}',
  histogram: 'istio_request_duration_milliseconds',
  unit: 'milliseconds',
}

/** Two workloads, as Flagger makes them. */
export function istioWorkload(context: PresetContext): Arms {
  const { target } = context
  return istioArms(context, 'destination', 'workload', target, `${target}-primary`, [])
}

/** The same where Istio is only the gateway: the target has no sidecar, the gateway counts. */
export function istioGateway(context: PresetContext): Arms {
  const { target } = context
  return istioArms(context, 'source', 'workload', target, `${target}-primary`, [])
}

/** Two services, as Argo's host split and Flagger have them. */
export function istioService(context: PresetContext): Arms {
  const { canary, stable } = serviceNames(context)
  return istioArms(context, 'destination', 'service', canary, stable, [])
}

/** Two versions of one workload, as Argo's subset split has them. */
export function istioVersion(context: PresetContext): Arms {
  const canary = context.param('canaryVersion') ?? context.revision
  const stable = context.param('stableVersion') ?? stableRevisionOf(context, 'istio-version')
  return istioArms(context, 'destination', 'version', canary, stable, [
    [context.label('workload'), context.target],
  ])
}

export function linkerd(context: PresetContext): Arms {
  const { target } = context
  return armsByLabel({
    label: context.neededLabel('workload'),
    canary: { text: target },
    stable: { text: `${target}-primary` },
    common: equalities([
      [context.label('namespace'), context.namespace],
      ['direction', 'inbound'],
    ]),
    podLabel: context.label('pod'),
    targetLabels: context.targetLabels,
    defaults: {
      total: 'response_total',
      bad: 'response_total{classification="failure"}',
      histogram: 'response_latency_ms',
      unit: 'milliseconds',
    },
  })
}

export function kuma(context: PresetContext): Arms {
  const port = context.param('port')
  const pattern = (arm: string): string =>
    `${escapeRegex(`${context.service}-${arm}_${context.namespace}_svc_`)}${port === undefined ? '[0-9]+' : escapeRegex(port)}`
  return armsByLabel({
    label: context.neededLabel('service'),
    canary: { pattern: pattern('canary') },
    stable: { pattern: pattern('primary') },
    common: [],
    targetLabels: context.targetLabels,
    defaults: envoy,
  })
}

export const envoy: DefaultSelectors = {
  total: 'envoy_cluster_upstream_rq',
  bad: 'envoy_cluster_upstream_rq{envoy_response_code=~"5.."}',
  histogram: 'envoy_cluster_upstream_rq_time',
  unit: 'milliseconds',
}

/** The names of the arms' services, by controller, unless they are given. */
export function serviceNames(context: PresetContext): { readonly canary: string; readonly stable: string } {
  const { service, controller } = context
  return {
    canary: context.param('canaryService') ?? `${service}-canary`,
    stable: context.param('stableService') ?? `${service}-${controller === 'argo' ? 'stable' : 'primary'}`,
  }
}

function istioArms(
  context: PresetContext,
  usualReporter: 'source' | 'destination',
  key: string,
  canary: string,
  stable: string,
  more: readonly (readonly [string | undefined, string])[],
): Arms {
  const reporter = context.param('reporter') ?? usualReporter
  if (reporter !== 'source' && reporter !== 'destination') {
    throw new AppError('bad-request', 'params.reporter: expected source or destination')
  }
  return armsByLabel({
    label: context.neededLabel(key),
    canary: { text: canary },
    stable: { text: stable },
    common: equalities([['reporter', reporter], [context.label('namespace'), context.namespace], ...more]),
    // what a source reports carries the name of the caller's pod
    podLabel: reporter === 'destination' ? context.label('pod') : undefined,
    targetLabels: context.targetLabels,
    defaults: istio,
  })
}
