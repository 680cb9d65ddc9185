import { analysisOf, iterationsOf, judgeHooks } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule } from '../../model/rule.ts'

export const missingHook: Rule = {
  name: 'missing-hook',
  severity: 'error',
  kinds: ['Canary'],
  finds: 'a Canary that calls canary-judge by some hooks, and lacks another one that it needs',
  why: 'Each hook is one question. Without pre-rollout and rollout the canary never starts; without the others it goes on or stays without an answer.',
  mend: 'Copy all hooks from rollouts/flagger/base.',
  check: (canary) => {
    const hooks = judgeHooks(canary)
    if (hooks.length === 0) return []
    const wired = new Set(hooks.map(({ type }) => type))
    const missing = needed(canary).filter(([type]) => !wired.has(type))
    if (missing.length === 0) return []
    const message = missing.map(([type, otherwise]) => `no ${type}, so ${otherwise}`).join('; ')
    return [{ at: analysisOf(canary).at('webhooks'), message }]
  },
}

function needed(canary: Manifest): readonly (readonly [type: string, otherwise: string])[] {
  const gate =
    iterationsOf(canary) === undefined
      ? (['confirm-traffic-increase', 'the weight rises without a verdict'] as const)
      : (['confirm-promotion', 'the canary is promoted without a verdict'] as const)
  return [
    ['pre-rollout', 'the judge does not learn that a rollout begins'],
    ['rollout', 'nothing is judged while the canary has traffic'],
    gate,
    ['rollback', 'a canary that is shown to be bad keeps its traffic until the threshold'],
    ['post-rollout', 'the judge does not learn that the rollout is over'],
  ]
}
