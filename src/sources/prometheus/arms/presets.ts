import type { Selection } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import type { Arms } from './arms.ts'
import { onlyOwnPods } from './own-pods.ts'
import { armsBySelection } from './arms-by-selection.ts'
import { labelKeys, type PresetContext, presetContext, type Workload } from './preset-context.ts'
import { applicationSelectors, argoHashLabel, labels, pods } from './presets/application.ts'
import { contour, gloo, nginxIngress, traefik } from './presets/ingress.ts'
import { istioGateway, istioService, istioVersion, istioWorkload, kuma, linkerd } from './presets/mesh.ts'

interface Preset {
  /** The labels it uses, by what they mean; each can be named otherwise, and an empty name leaves it out. */
  readonly labels: Readonly<Record<string, string>>
  create(context: PresetContext): Arms
}

const podLabels = { namespace: 'namespace', pod: 'pod' } as const
const istioLabels = { namespace: 'destination_workload_namespace', pod: 'pod' } as const

const presets: ReadonlyMap<string, Preset> = new Map(
  Object.entries({
    pods: { labels: podLabels, create: pods },
    'argo-hash-label': {
      labels: { ...podLabels, hash: 'rollouts_pod_template_hash' },
      create: argoHashLabel,
    },
    labels: { labels: { ...podLabels, version: 'version', app: 'app' }, create: labels },
    'istio-workload': { labels: { ...istioLabels, workload: 'destination_workload' }, create: istioWorkload },
    'istio-gateway': { labels: { ...istioLabels, workload: 'destination_workload' }, create: istioGateway },
    'istio-service': {
      labels: {
        ...istioLabels,
        namespace: 'destination_service_namespace',
        service: 'destination_service_name',
      },
      create: istioService,
    },
    'istio-version': {
      labels: { ...istioLabels, workload: 'destination_workload', version: 'destination_version' },
      create: istioVersion,
    },
    'nginx-ingress': {
      labels: { namespace: 'namespace', ingress: 'ingress', canary: 'canary' },
      create: nginxIngress,
    },
    traefik: { labels: { service: 'service' }, create: traefik },
    linkerd: { labels: { ...podLabels, workload: 'deployment' }, create: linkerd },
    contour: { labels: { cluster: 'envoy_cluster_name' }, create: contour },
    gloo: { labels: { cluster: 'envoy_cluster_name' }, create: gloo },
    kuma: { labels: { service: 'service' }, create: kuma },
  }),
)

export const presetNames: readonly string[] = [...presets.keys()]

/** How to tell the arms of this subject apart; `bad-request` where that can never work. */
export function armsOf(selection: Selection, subject: Workload): Arms {
  return onlyOwnPods(armsByLabels(selection, subject), subject)
}

function armsByLabels(selection: Selection, subject: Workload): Arms {
  if (!('preset' in selection)) return armsBySelection(selection, subject, applicationSelectors)
  const preset = presets.get(selection.preset)
  if (preset === undefined) throw new AppError('bad-request', `select: ${unknownPreset(selection.preset)}`)
  const named = { defaults: preset.labels, given: selection.labels }
  return preset.create(presetContext(subject, selection.preset, named))
}

/** The mistakes of a selection that do not depend on the rollout; their paths begin at the selection. */
export function selectionMistake(
  selection: Selection,
): { readonly path: readonly string[]; readonly message: string } | undefined {
  if (!('preset' in selection)) return undefined
  const preset = presets.get(selection.preset)
  if (preset === undefined) return { path: ['preset'], message: unknownPreset(selection.preset) }
  const known = labelKeys(preset.labels)
  const unknown = Object.keys(selection.labels).find((key) => !known.includes(key))
  if (unknown === undefined) return undefined
  return {
    path: ['labels', unknown],
    message: `expected one of ${known.join(', ')} for preset ${selection.preset}`,
  }
}

const unknownPreset = (name: string): string => `expected one of ${presetNames.join(', ')}; got "${name}"`

/** What a label of a preset is called in `select.labels`; undefined where the policy names the labels itself. */
export function keyOfLabel(selection: Selection, label: string): string | undefined {
  if (!('preset' in selection)) return undefined
  const names: Readonly<Record<string, string>> = {
    ...presets.get(selection.preset)?.labels,
    ...selection.labels,
  }
  return Object.keys(names).find((key) => names[key] === label)
}
