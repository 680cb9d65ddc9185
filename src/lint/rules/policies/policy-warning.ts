import type { Rule } from '../../model/rule.ts'
import { spotted } from './policy-mistake.ts'

export const policyWarning: Rule = {
  name: 'policy-warning',
  severity: 'warning',
  kinds: ['Policy'],
  finds:
    'a policy that is allowed and probably not intended: steps that cannot pass, metrics that cannot fail',
  why: 'Such a policy holds every rollout, or lets every rollout through.',
  mend: 'Change the key that the message names; docs/policies.md says what its default does.',
  check: (manifest) => (manifest.policy?.warnings ?? []).map((issue) => spotted(issue, manifest)),
}
