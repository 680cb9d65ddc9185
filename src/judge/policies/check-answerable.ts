import type { MetricSource } from '../ports/ports.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import type { ActivePolicy } from '../model/active-policy.ts'

/** Refuses what no look could ever answer, such as a param that nothing knows; before a run is opened for it. */
export function checkAnswerable(
  request: JudgeRequest,
  { policy }: ActivePolicy,
  source: MetricSource | undefined,
): void {
  source?.check?.({ policy, run: request, params: request.params ?? {} })
}
