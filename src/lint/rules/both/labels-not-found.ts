import { labelsInCanary } from '../../labels/labels-in-canary.ts'
import { labelsInRollout } from '../../labels/labels-in-rollout.ts'
import type { Rule } from '../../model/rule.ts'

export const labelsNotFound: Rule = {
  name: 'labels-not-found',
  severity: 'error',
  kinds: ['Rollout', 'Canary'],
  finds: 'a rollout whose policy looks for series that this rollout will not have',
  why: 'The judge finds no data for one of the versions, so each step is held and no release gets through by itself.',
  mend: 'Choose the policy that fits the router (docs/presets.md), or send the names that the preset asks for; `canary-judge doctor` shows what a policy finds.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary'
      ? labelsInCanary(manifest, surroundings)
      : labelsInRollout(manifest, surroundings),
}
