import type { FieldIssue } from '../../../errors.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted } from '../../model/rule.ts'

export const policyMistake: Rule = {
  name: 'policy-mistake',
  severity: 'error',
  kinds: ['Policy'],
  finds:
    'a policy that canary-judge does not load: an unknown key, an impossible value, a selector that is no PromQL',
  why: 'The service keeps the policy that it had before, or has none of that name and refuses requests for it.',
  mend: 'Correct what the message names; docs/policies.md has every key.',
  check: (manifest) => (manifest.policy?.mistakes ?? []).map((issue) => spotted(issue, manifest)),
}

export const spotted = ({ path, message, line, column }: FieldIssue, { root }: Manifest): Spotted => ({
  at: line === undefined ? root : { place: { line, column: column ?? 1 } },
  message: path === '' ? message : `${path}: ${message}`,
})
