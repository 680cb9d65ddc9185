import { analysisOf, hooksOf, metricsOfCanary } from '../../facts/flagger.ts'
import { analysesOf, blueGreenOf, canaryOf, stepsOf } from '../../facts/argo-rollout.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const blindCanary: Rule = {
  name: 'blind-canary',
  severity: 'error',
  kinds: ['Rollout', 'Canary'],
  finds:
    'a release that goes to all users although neither an analysis, a metric, a hook nor a person looks at it',
  why: 'The canary only delays the harm: a bad release reaches all users when the steps are over.',
  mend: 'Add an analysis after each weight (rollouts/argo), or metrics or the hooks of the judge (rollouts/flagger).',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest) : inRollout(manifest, surroundings),
}

function inRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  if (analysesOf(rollout, surroundings).length > 0) return []
  const blueGreen = blueGreenOf(rollout)
  if (blueGreen.exists) {
    if (blueGreen.at('autoPromotionEnabled').value === false) return []
    return [{ at: blueGreen, message: 'the new version is promoted by itself, without an analysis' }]
  }
  const canary = canaryOf(rollout)
  if (!canary.exists) return []
  const steps = stepsOf(rollout, surroundings)
  // a pause without an end waits for a person, and what a plugin does is not known
  const isLook = ({ node }: (typeof steps)[number]): boolean =>
    (node.at('pause').exists && !node.at('pause', 'duration').exists) || node.at('plugin').exists
  if (steps.some(isLook)) return []
  const weights = steps.filter(({ node }) => node.at('setWeight').exists).length
  const message =
    steps.length === 0
      ? 'the Rollout has no steps, so it updates all pods one after the other'
      : `${weights === 0 ? 'steps' : weights === 1 ? 'one weight' : `${weights} weights`}, and no analysis`
  return [{ at: steps.length === 0 ? canary : canary.at('steps'), message }]
}

function inCanary(canary: Manifest): readonly Spotted[] {
  const skip = canary.root.at('spec', 'skipAnalysis')
  if (skip.value === true) return [{ at: skip, message: 'skipAnalysis is true, so nothing is looked at' }]
  if (metricsOfCanary(canary).length > 0 || hooksOf(canary).some(looks)) return []
  return [{ at: analysisOf(canary), message: 'the analysis has neither metrics nor hooks that judge' }]
}

const judging = new Set(['rollout', 'confirm-traffic-increase', 'confirm-promotion', 'pre-rollout'])

/** A hook of the load tester that only starts load always passes. */
const looks = ({ node, type }: ReturnType<typeof hooksOf>[number]): boolean =>
  judging.has(type) && node.at('metadata', 'type').text !== 'cmd' && !isLoad(node.at('metadata', 'cmd').text)

const isLoad = (command: string | undefined): boolean =>
  /^\s*(hey|wrk|ghz|ab|k6|fortio)\b/.test(command ?? '')
