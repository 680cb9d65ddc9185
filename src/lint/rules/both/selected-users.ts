import { judgesIn, sent } from '../../facts/argo-metric.ts'
import type { Analysis } from '../../facts/argo-analysis.ts'
import { stepsOf } from '../../facts/argo-rollout.ts'
import { analysisOf, sentByHooks } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const selectedUsers: Rule = {
  name: 'selected-users',
  severity: 'note',
  kinds: ['Rollout', 'Canary'],
  finds:
    'a canary whose users are selected by a header, a cookie, a mirror or session affinity, and a verdict that does not say so',
  why: 'The users of the two versions differ then, so a difference between the versions may be a difference between their users.',
  mend: 'Say how they are selected (arg or metadata `selected`), so that each verdict says it; judge a step with a weight as well.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest) : inRollout(manifest, surroundings),
}

function inRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  return stepsOf(rollout, surroundings).flatMap(({ analysis, selecting }) => {
    if (analysis === undefined || selecting.size === 0 || saysSo(analysis)) return []
    return [
      {
        at: analysis.at,
        message: `this analysis looks at requests chosen by ${[...selecting].join(' and ')}`,
      },
    ]
  })
}

const saysSo = (analysis: Analysis): boolean =>
  [analysis.args.get('selected')?.at('value').text ?? ''].some((text) => text !== '') ||
  judgesIn(analysis).some(
    ({ template, metric }) => (sent(metric, 'selected', template, analysis) ?? '') !== '',
  )

function inCanary(canary: Manifest): readonly Spotted[] {
  if (sentByHooks(canary, 'selected') !== undefined) return []
  const analysis = analysisOf(canary)
  return ['match', 'sessionAffinity', 'mirror']
    .map((key) => [key, analysis.at(key)] as const)
    .filter(([, node]) => node.exists && node.value !== false)
    .map(([key, at]) => ({ at, message: `${key} selects who gets the canary` }))
}
