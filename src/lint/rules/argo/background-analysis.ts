import { canaryOf } from '../../facts/argo-rollout.ts'
import type { Rule } from '../../model/rule.ts'

export const backgroundAnalysis: Rule = {
  name: 'background-analysis',
  severity: 'warning',
  kinds: ['Rollout'],
  finds: 'an analysis in the background instead of in steps',
  why: 'It begins before the canary has traffic, its args are fixed then, and it is Successful when the rollout ends it, even without a measurement.',
  mend: 'Put the analysis into the steps, one after each setWeight (rollouts/argo/base).',
  check: (rollout) => {
    const at = canaryOf(rollout).at('analysis')
    return at.exists ? [{ at, message: 'the steps do not wait for this analysis' }] : []
  },
}
