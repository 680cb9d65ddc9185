import type { Selection } from '../../engine/model/policy.ts'
import { type Analysis, resolved } from '../facts/argo-analysis.ts'
import { judgesIn, policyOf, sent } from '../facts/argo-metric.ts'
import { analysesOf, canaryOf } from '../facts/argo-rollout.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import type { Spotted, Surroundings } from '../model/rule.ts'
import { missingPodLabels } from './pod-labels.ts'
import { presetHomes } from './preset-homes.ts'

interface Asked {
  readonly rollout: Manifest
  readonly analysis: Analysis
  /** A param of the request; undefined where it is only known in the cluster, empty where it is not sent. */
  readonly param: (name: string) => string | undefined
}

/** What the policies of the judge's analyses look for, and this Rollout will not have. */
export function labelsInRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  return analysesOf(rollout, surroundings).flatMap((analysis) =>
    judgesIn(analysis).flatMap(({ template, metric }) => {
      const policy = policyOf(metric, template, surroundings, analysis)
      if (policy === undefined) return []
      const body = metric.at('provider', 'web', 'jsonBody')
      const param = (name: string): string | undefined => {
        const nested = body.at('params', name)
        if (nested.exists) return resolved(nested, template, analysis)
        return body.at(name).exists ? sent(metric, name, template, analysis) : ''
      }
      return inSelection(policy.select, policy.name, { rollout, analysis, param })
    }),
  )
}

function inSelection(select: Selection, policy: string, asked: Asked): readonly Spotted[] {
  if (!('preset' in select)) return inOwnLabels(select, policy, asked)
  const home = presetHomes.get(select.preset)
  if (home === undefined) return []
  const { rollout, analysis } = asked
  const routing = canaryOf(rollout).at('trafficRouting')
  const routers = routing
    .entries()
    .map(([key]) => key)
    .filter((key) => key !== 'managedRoutes' && key !== 'maxTrafficWeight')
  if (home.routers !== 'any' && !home.routers.some((router) => routers.includes(router))) {
    const needs =
      home.routers.length === 0 ? 'a Canary of Flagger' : `trafficRouting.${home.routers.join(' or ')}`
    const has =
      routers.length === 0 ? 'a Rollout without a traffic router' : `a Rollout with ${routers.join(' and ')}`
    return [
      {
        at: analysis.at,
        message: `policy ${policy} (preset ${select.preset}) is for ${needs}, this is ${has}`,
      },
    ]
  }
  if (home.by === 'ingress') return inIngress(routing, asked)
  if (home.by === 'service') return inServices(asked)
  const target = asked.param('target')
  if (target === undefined) return []
  return missingPodLabels(select, rollout.root.at('spec', 'template'), target || rollout.name)
}

function inIngress(routing: Node, { rollout, param }: Asked): readonly Spotted[] {
  const at = routing.at('nginx', 'stableIngress')
  const asked = param('ingress')
  const wanted = asked === '' ? param('target') || rollout.name : asked
  if (at.text === undefined || wanted === undefined || at.text === wanted) return []
  return [
    { at, message: `the judge looks for the ingress ${wanted}, the Rollout uses ${at.text}; send ingress` },
  ]
}

function inServices({ rollout, param }: Asked): readonly Spotted[] {
  const service = param('service')
  if (service === undefined) return []
  const name = service || param('target') || rollout.name
  return [['canaryService', `${name}-canary`] as const, ['stableService', `${name}-stable`] as const].flatMap(
    ([key, usual]) => {
      const at = canaryOf(rollout).at(key)
      const asked = param(key)
      if (asked === undefined) return []
      const wanted = asked || usual
      if (!at.exists)
        return [
          { at: canaryOf(rollout), message: `the judge looks for the Service ${wanted}, there is no ${key}` },
        ]
      return at.text === wanted
        ? []
        : [
            {
              at,
              message: `the judge looks for the Service ${wanted}, the Rollout uses ${at.text ?? 'none'}`,
            },
          ]
    },
  )
}

/** A label in which the arms differ must come from the Rollout, unless it is that of the revision. */
function inOwnLabels(
  { canary, stable }: Extract<Selection, { canary: unknown }>,
  policy: string,
  { rollout, analysis }: Asked,
): readonly Spotted[] {
  const strategy = canaryOf(rollout)
  if (!strategy.exists) return []
  return Object.keys(canary)
    .filter((key) => canary[key] !== stable[key] && !/\{\{/.test(`${canary[key]}${stable[key]}`))
    .filter((key) =>
      [['canaryMetadata', canary[key]] as const, ['stableMetadata', stable[key]] as const].some(
        ([metadata, value]) => strategy.at(metadata, 'labels', key).text !== value,
      ),
    )
    .map((key) => ({
      at: analysis.at,
      message: `policy ${policy} tells the arms apart by the label ${key}, which canaryMetadata and stableMetadata do not set`,
    }))
}
