import { AppError } from '../../../../errors.ts'
import { type Arms, armsByLabel, type DefaultSelectors, equalities } from '../arms.ts'
import { podPattern, sameAfterCut, type WorkloadKind } from '../pod-names.ts'
import { type PresetContext, stableRevisionOf } from '../preset-context.ts'

export const applicationSelectors: DefaultSelectors = {
  total: 'http_requests_total',
  bad: 'http_requests_total{code=~"5.."}',
  histogram: 'http_request_duration_seconds',
  unit: 'seconds',
}

/** By the names of pods: Argo's template hash, or Flagger's workloads T and T-primary. */
export function pods(context: PresetContext): Arms {
  const label = context.neededLabel('pod')
  const { target, targetLabels } = context
  const common = equalities([[context.label('namespace'), context.namespace]])
  if (context.controller === 'argo') {
    const stable = stableRevisionOf(context, 'pods')
    refuseCut(`${target}-${context.revision}`, `${target}-${stable}`)
    return armsByLabel({
      label,
      canary: { pattern: podPattern(target, { hash: context.revision }) },
      stable: { pattern: podPattern(target, { hash: stable }) },
      common,
      podLabel: label,
      targetLabels,
      defaults: applicationSelectors,
    })
  }
  const kind = kindOf(context)
  refuseCut(target, `${target}-primary`)
  return armsByLabel({
    label,
    canary: { pattern: podPattern(target, kind) },
    stable: { pattern: podPattern(`${target}-primary`, kind) },
    common,
    podLabel: label,
    targetLabels,
    defaults: applicationSelectors,
  })
}

/** By Argo's label on the pods, where scraping keeps it. */
export function argoHashLabel(context: PresetContext): Arms {
  return armsByLabel({
    label: context.neededLabel('hash'),
    canary: { text: context.revision },
    stable: { text: stableRevisionOf(context, 'argo-hash-label') },
    common: equalities([[context.label('namespace'), context.namespace]]),
    podLabel: context.label('pod'),
    targetLabels: context.targetLabels,
    defaults: applicationSelectors,
  })
}

/** By a label whose values are the revisions, such as version: v1 and v2. */
export function labels(context: PresetContext): Arms {
  return armsByLabel({
    label: context.neededLabel('version'),
    canary: { text: context.param('canaryVersion') ?? context.revision },
    stable: { text: context.param('stableVersion') ?? stableRevisionOf(context, 'labels') },
    common: equalities([
      [context.label('namespace'), context.namespace],
      [context.label('app'), context.target],
    ]),
    podLabel: context.label('pod'),
    targetLabels: context.targetLabels,
    defaults: applicationSelectors,
  })
}

function kindOf(context: PresetContext): { readonly kind?: WorkloadKind } {
  const kind = context.param('kind')?.toLowerCase()
  if (kind === undefined) return {}
  if (kind === 'deployment' || kind === 'daemonset') return { kind }
  throw new AppError('bad-request', 'params.kind: expected deployment or daemonset')
}

function refuseCut(canary: string, stable: string): void {
  if (canary === stable) {
    const text = "expected another revision than the canary's, got the same for both"
    throw new AppError('bad-request', `stable.revision: ${text}`)
  }
  if (!sameAfterCut(canary, stable)) return
  const text = 'expected a shorter name: the names of its pods are cut before what tells the arms apart'
  throw new AppError('bad-request', `name: ${text}; select by a label instead`)
}
