import type { WrittenMatcher } from '../../../sources/prometheus/queries/selector.ts'
import type { Controller, Labels } from '../asked.ts'
import type { MetricFamily } from './metric-families.ts'

/** What a matcher of a query is for. */
export type MatcherMeaning =
  | { readonly kind: 'kept' }
  | { readonly kind: 'dropped'; readonly note?: string }
  | { readonly kind: 'namespace'; readonly label: string }
  /** It finds the canary as a preset does. */
  | { readonly kind: 'preset'; readonly preset: string; readonly labels: Labels; readonly note?: string }
  /** It finds the canary by a value that stable has in another form. */
  | { readonly kind: 'labels'; readonly label: string; readonly canary: string; readonly stable: string }
  /** It holds for both arms, and differs between rollouts. */
  | { readonly kind: 'where'; readonly label: string; readonly value: string; readonly note?: string }
  | { readonly kind: 'refused'; readonly why: string }

export function meaningOf(
  written: WrittenMatcher,
  family: MetricFamily | undefined,
  controller: Controller,
): MatcherMeaning {
  const { label } = written
  const { op, value } = partsOf(written)
  if (family?.implied.includes(label) === true) return impliedMeaning(label, value)
  const roles = [...value.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, role = '']) => role)
  const [role] = roles
  if (role === undefined) return { kind: 'kept' }
  if (op.startsWith('!'))
    return { kind: 'refused', why: `${written.text} leaves out what differs between rollouts` }
  if (roles.every((each) => each === 'namespace') && /namespace/.test(label))
    return { kind: 'namespace', label }
  if (roles.includes('stable'))
    return { kind: 'refused', why: 'it reads stable, and the policy reads both arms' }
  const isOwn = family?.label.test(label) === true && !roles.includes('canary')
  // two workloads T and T-primary are Flagger's
  if (isOwn && (controller === 'flagger' || !/^(?:destination_workload|deployment)$/.test(label)))
    return ofFamily(label, family.preset, controller)
  if (isPodLabel(label) && op === '=~' && ['canary', 'name'].some((each) => roles.includes(each)))
    return { kind: 'preset', preset: 'pods', labels: renamed('pod', label) }
  if (label.endsWith('pod_template_hash') && value === '{{canary}}')
    return {
      kind: 'preset',
      preset: 'argo-hash-label',
      labels: renamed('hash', label, 'rollouts_pod_template_hash'),
    }
  if (op === '=~' && /[\\^$.*+?()[\]|]/.test(value.replaceAll(/\{\{[^{}]*\}\}/g, '')))
    return {
      kind: 'refused',
      why: `${written.text} is a regular expression, and arms are distinguished by whole values`,
    }
  return byValue(label, value, roles, controller)
}

function byValue(
  label: string,
  value: string,
  roles: readonly string[],
  controller: Controller,
): MatcherMeaning {
  if (roles.includes('canary'))
    return { kind: 'labels', label, canary: value, stable: value.replaceAll('{{canary}}', '{{stable}}') }
  if (controller === 'flagger' && roles.some((role) => role === 'name' || role === 'service')) {
    const canary = value.replaceAll('{{service}}', '{{name}}')
    const stable = canary.replaceAll(/\{\{name\}\}(?:-canary)?/g, '{{name}}-primary')
    return { kind: 'labels', label, canary, stable }
  }
  const param = roles.find((role) => role !== 'name' && role !== 'namespace')
  if (param === 'service' || param === 'ingress')
    return { kind: 'dropped', note: `the matcher ${label} names the ${param} of the canary alone: left out` }
  if (param === undefined) return { kind: 'where', label, value }
  return { kind: 'where', label, value, note: `the request gives params.${param} for the label ${label}` }
}

function ofFamily(label: string, preset: string, controller: Controller): MatcherMeaning {
  if (label.startsWith('destination_service')) {
    const note = 'the services are taken to be S-canary and S-stable, or what params.canaryService says'
    return { kind: 'preset', preset: 'istio-service', labels: {}, ...(controller === 'argo' && { note }) }
  }
  return { kind: 'preset', preset, labels: preset === 'traefik' ? renamed('service', label) : {} }
}

const impliedMeaning = (label: string, value: string): MatcherMeaning =>
  label === 'reporter' && value === 'source'
    ? { kind: 'dropped', note: 'reporter="source": put params.reporter: source into the request' }
    : { kind: 'dropped' }

const isPodLabel = (label: string): boolean => /(?:^|_)pod(?:_name)?$/.test(label)

const renamed = (key: string, label: string, usual = key): Labels => (label === usual ? {} : { [key]: label })

function partsOf({ label, text }: WrittenMatcher): { readonly op: string; readonly value: string } {
  const [, op = '', quoted = ''] =
    /^(=~|!~|!=|=)(.*)$/s.exec(text.slice(text.indexOf(label) + label.length)) ?? []
  return { op, value: quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1') }
}
