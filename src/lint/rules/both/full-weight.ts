import { stepsOf } from '../../facts/argo-rollout.ts'
import { analysisOf, weightsOf } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const fullWeight: Rule = {
  name: 'full-weight',
  severity: 'warning',
  kinds: ['Rollout', 'Canary'],
  finds: 'a step at 100 % in which the canary is still judged',
  why: 'At 100 % the stable version has no traffic, so there is nothing to compare with, and all users have the harm.',
  mend: 'End at 50 % or below; after the last step the controller goes to 100 % by itself.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest) : inRollout(manifest, surroundings),
}

function inRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  const steps = stepsOf(rollout, surroundings)
  const full = steps.findIndex(({ weight }) => weight >= 100)
  const looks = steps
    .slice(full)
    .some(({ node, analysis }) => analysis !== undefined || node.at('pause').exists)
  const step = steps[full]
  return step !== undefined && looks
    ? [{ at: step.node, message: 'setWeight: 100 comes before an analysis or a pause' }]
    : []
}

function inCanary(canary: Manifest): readonly Spotted[] {
  const weights = weightsOf(canary)
  if (!weights.some((weight) => weight >= 100)) return []
  const analysis = analysisOf(canary)
  const at = ['stepWeights', 'maxWeight', 'stepWeight']
    .map((key) => analysis.at(key))
    .find((node) => node.exists)
  const message =
    analysis.at('stepWeights').exists || analysis.at('maxWeight').exists
      ? 'the weights go up to 100'
      : 'without maxWeight the weights go up to 100'
  return [{ at: at ?? analysis, message }]
}
