import type { Config } from '../config/config.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import { unknownSources } from '../../judge/judge.ts'
import type { Log, PolicyLibrary } from '../../judge/ports/ports.ts'

export interface WarnOfSourcesDeps {
  readonly policies: PolicyLibrary
  readonly current: () => Config
  readonly log: Log
}

/** Logs which policies in force name a Prometheus that is not configured. */
export function warnOfSources({ policies, current, log }: WarnOfSourcesDeps): void {
  const configured = Object.keys(current().sources)
  // a bundled policy counts only if it is the default
  const chosen = policies
    .list()
    .filter(({ origin, policy }) => origin === 'user' || policy.name === policies.defaultName)
  for (const { policy, file } of chosen) {
    for (const issue of unknownSources(policy, configured)) {
      log.warn({ policy: policy.name, file, warning: toIssueText(issue) }, 'policy')
    }
  }
}
