import { isArm } from '../../facts/arms.ts'
import type { Rule } from '../../model/rule.ts'

export const missingArmLabels: Rule = {
  name: 'missing-arm-labels',
  severity: 'error',
  kinds: ['Deployment'],
  finds: 'a Deployment `…-stable` or `…-canary` whose pods have neither a label `track` nor `version`',
  why: 'Metrics carry the labels of pods. Without one in which the two versions differ, no query can tell canary from stable.',
  mend: 'Add `track: canary` and `track: stable` to the labels of the pods, and keep them when Prometheus scrapes.',
  check: (manifest) => {
    if (!isArm(manifest)) return []
    const labels = manifest.root.at('spec', 'template', 'metadata', 'labels')
    const known = ['track', 'version', 'app.kubernetes.io/version', 'app.kubernetes.io/track']
    if (known.some((key) => labels.at(key).exists)) return []
    return [
      {
        at: labels.exists ? labels : manifest.root.at('spec', 'template'),
        message: 'the pods have no label track and no label version',
      },
    ]
  },
}
