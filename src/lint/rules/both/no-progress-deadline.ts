import { inWords } from '../../facts/durations.ts'
import type { Rule } from '../../model/rule.ts'

const mostSeconds = 3600

export const noProgressDeadline: Rule = {
  name: 'no-progress-deadline',
  severity: 'warning',
  kinds: ['Rollout', 'Canary', 'Deployment'],
  finds: 'a progress deadline of more than an hour',
  why: 'A canary whose pods never become ready holds up the rollout for that long, and no person is asked.',
  mend: 'Leave progressDeadlineSeconds out (600), or set it a little above the slowest start of a pod.',
  check: ({ root }) => {
    const at = root.at('spec', 'progressDeadlineSeconds')
    const seconds = at.number ?? 0
    return seconds > mostSeconds ? [{ at, message: `pods may take ${inWords(seconds)} to become ready` }] : []
  },
}
