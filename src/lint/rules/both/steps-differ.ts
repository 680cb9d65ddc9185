import { expectedWeights, parseWeights } from '../../../callers/parse-weights.ts'
import { judgesIn, sent } from '../../facts/argo-metric.ts'
import { stepsOf } from '../../facts/argo-rollout.ts'
import { judgeHooks, sentByHooks, weightsOf } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const stepsDiffer: Rule = {
  name: 'steps-differ',
  severity: 'error',
  kinds: ['Rollout', 'Canary'],
  finds: 'weights that the judge is given and that are not those of the rollout',
  why: 'The judge takes the weights for its plan: it divides its time, its margins and its budget by steps that do not come.',
  mend: 'Write the same weights into `steps` as into the rollout, those that are followed by an analysis.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest) : inRollout(manifest, surroundings),
}

function inRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  const judged = stepsOf(rollout, surroundings).flatMap(({ analysis, weight }) => {
    if (analysis === undefined) return []
    return judgesIn(analysis).map(({ template, metric }) => ({
      analysis,
      weight,
      // which step it is can be written down instead
      steps:
        (sent(metric, 'step', template, analysis) ?? '') === ''
          ? sent(metric, 'steps', template, analysis)
          : undefined,
    }))
  })
  const weights = [...new Set(judged.map(({ weight }) => weight))]
  const wrong = judged.find(({ steps }) => steps !== undefined && steps !== '' && differ(steps, weights))
  return wrong === undefined
    ? []
    : [{ at: wrong.analysis.at, message: message(wrong.steps ?? '', weights, 'weights with an analysis') }]
}

function inCanary(canary: Manifest): readonly Spotted[] {
  const weights = weightsOf(canary)
  const steps = sentByHooks(canary, 'steps')
  if (weights.length === 0 || steps === undefined || !differ(steps, weights)) return []
  const hook = judgeHooks(canary).find(({ node }) => node.at('metadata', 'steps').text === steps)
  if (hook === undefined) return []
  return [
    { at: hook.node.at('metadata', 'steps'), message: message(steps, weights, 'weights of the Canary') },
  ]
}

const differ = (steps: string, weights: readonly number[]): boolean =>
  parseWeights(steps)?.join() !== weights.join()

function message(steps: string, weights: readonly number[], what: string): string {
  const read = parseWeights(steps)
  return read === undefined
    ? `expected ${expectedWeights}, got "${steps.slice(0, 60)}"`
    : `the judge is given ${read.join()}, the ${what} are ${weights.slice(0, 30).join()}`
}
