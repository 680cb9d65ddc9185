import type { Policy } from '../../engine/model/policy.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import type { Surroundings } from '../model/rule.ts'
import { secondsOf } from './durations.ts'
import { sameNamespace } from './same-namespace.ts'

export interface Hook {
  readonly node: Node
  /** As Flagger reads it: without a type it is a rollout hook. */
  readonly type: string
  readonly url: string
  /** The last part of a path of canary-judge, such as `pre-rollout`; undefined for others. */
  readonly judge: string | undefined
}

export function analysisOf({ root }: Manifest): Node {
  const analysis = root.at('spec', 'analysis')
  return analysis.exists ? analysis : root.at('spec', 'canaryAnalysis')
}

export function hooksOf(canary: Manifest): readonly Hook[] {
  return analysisOf(canary)
    .at('webhooks')
    .items()
    .map((node) => {
      const url = node.at('url').text ?? ''
      const judge = /\/v1\/flagger\/([\w-]*)\/?$/.exec(url)?.[1]
      return { node, type: node.at('type').text || 'rollout', url, judge }
    })
}

export const judgeHooks = (canary: Manifest): readonly Hook[] =>
  hooksOf(canary).filter(({ judge }) => judge !== undefined)

/** A value of the metadata that the judge's hooks send. */
export const sentByHooks = (canary: Manifest, key: string): string | undefined =>
  judgeHooks(canary)
    .map(({ node }) => node.at('metadata', key).text)
    .find((text) => text !== undefined && text !== '')

export function policyOfHooks(canary: Manifest, { policyNamed }: Surroundings): Policy | undefined {
  const name = sentByHooks(canary, 'policy')
  return name === undefined ? undefined : policyNamed(name, canary)
}

/** The weights that the canary gets one after the other; empty for blue/green and A/B. */
export function weightsOf(canary: Manifest): readonly number[] {
  const analysis = analysisOf(canary)
  if (analysis.at('iterations').exists) return []
  const listed = analysis.at('stepWeights').items()
  if (listed.length > 0) return listed.flatMap((each) => each.number ?? [])
  const step = analysis.at('stepWeight').number ?? 0
  const most = mostWeight(analysis)
  if (step < 1 || most > 100) return []
  return Array.from({ length: Math.ceil(most / step) }, (_, index) => Math.min((index + 1) * step, most))
}

/** Flagger goes to 100 % where `maxWeight` is not set. */
const mostWeight = (analysis: Node): number => {
  const set = analysis.at('maxWeight').number ?? 0
  return set > 0 ? set : 100
}

export const iterationsOf = (canary: Manifest): number | undefined =>
  analysisOf(canary).at('iterations').number

/** Seconds from one tick to the next. */
export const intervalOf = (canary: Manifest): number => secondsOf(analysisOf(canary).at('interval')) ?? 60

export const metricsOfCanary = (canary: Manifest): readonly Node[] => analysisOf(canary).at('metrics').items()

/** The MetricTemplate of a metric: in the namespace that the metric names, else in that of the Canary. */
export function templateOf(
  metric: Node,
  { namespace }: Manifest,
  { manifests }: Surroundings,
): Manifest | undefined {
  const reference = metric.at('templateRef')
  const place = { namespace: reference.at('namespace').text ?? namespace }
  return manifests.find(
    (each) =>
      each.kind === 'MetricTemplate' && each.name === reference.at('name').text && sameNamespace(each, place),
  )
}

/** The metrics that Flagger has without a template. */
export const builtinMetrics = new Set(['request-success-rate', 'request-duration'])
