import { judgeHooks, policyOfHooks, sentByHooks } from '../facts/flagger.ts'
import { sameNamespace } from '../facts/same-namespace.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Spotted, Surroundings } from '../model/rule.ts'
import { missingPodLabels } from './pod-labels.ts'
import { presetHomes } from './preset-homes.ts'

/** What the policy of the judge's hooks looks for, and this Canary will not have. */
export function labelsInCanary(canary: Manifest, surroundings: Surroundings): readonly Spotted[] {
  const policy = policyOfHooks(canary, surroundings)
  const hook = judgeHooks(canary).find(({ node }) => node.at('metadata', 'policy').exists)
  if (policy === undefined || hook === undefined || !('preset' in policy.select)) return []
  const home = presetHomes.get(policy.select.preset)
  if (home === undefined) return []
  const spec = canary.root.at('spec')
  const provider = spec.at('provider').text?.split(':', 1)[0]
  if (home.providers !== 'any' && provider !== undefined && !home.providers.includes(provider)) {
    const fits = home.providers.length === 0 ? 'Argo Rollouts' : home.providers.join(', ')
    const message = `policy ${policy.name} (preset ${policy.select.preset}) is for ${fits}, the provider is ${provider}`
    return [{ at: hook.node.at('metadata', 'policy'), message }]
  }
  const target = sentByHooks(canary, 'target') ?? canary.name
  const targetRef = spec.at('targetRef', 'name')
  const check = (what: string, wanted: string, at: typeof targetRef, real: string): readonly Spotted[] =>
    wanted === real
      ? []
      : [
          {
            at: at.exists ? at : hook.node,
            message: `the judge looks for the ${what} ${wanted}, the Canary uses ${real}; send ${what} in the metadata`,
          },
        ]
  if (home.by === 'ingress') {
    const ingress = spec.at('ingressRef', 'name')
    return check('ingress', sentByHooks(canary, 'ingress') ?? target, ingress, ingress.text ?? target)
  }
  if (home.by === 'service') {
    const at = spec.at('service', 'name')
    return check('service', sentByHooks(canary, 'service') ?? target, at, at.text ?? targetRef.text ?? target)
  }
  const wrong = check('target', target, targetRef, targetRef.text ?? target)
  const workload = surroundings.manifests.find(
    (each) => each.kind === 'Deployment' && each.name === targetRef.text && sameNamespace(each, canary),
  )
  const inPods =
    workload === undefined
      ? []
      : missingPodLabels(policy.select, workload.root.at('spec', 'template'), target)
  return [...wrong, ...inPods.map(({ message }) => ({ at: targetRef, message }))]
}
