import { inWords } from '../../facts/durations.ts'
import { analysisOf, intervalOf } from '../../facts/flagger.ts'
import type { Rule } from '../../model/rule.ts'

const mostSeconds = 1800

export const slowRollback: Rule = {
  name: 'slow-rollback',
  severity: 'warning',
  kinds: ['Canary'],
  finds: 'a Canary whose failed checks roll it back only after more than half an hour',
  why: 'Flagger rolls back when threshold checks have failed, one at each interval; until then the bad canary keeps its weight.',
  mend: 'Set threshold to the few minutes that a source of metrics may be away, such as 5 or 10.',
  check: (canary) => {
    const at = analysisOf(canary).at('threshold')
    const seconds = (at.number ?? 1) * intervalOf(canary)
    if (seconds <= mostSeconds) return []
    return [
      {
        at,
        message: `${at.number} failed checks, one each ${inWords(intervalOf(canary))}, take ${inWords(seconds)}`,
      },
    ]
  },
}
