import type { MetricSource } from '../ports.ts'
import type { JudgeRequest } from './judge-request.ts'
import type { PolicyInForce } from './policy-in-force.ts'

/** Refuses what no look could ever answer, such as a param that nothing knows; before a run is opened for it. */
export function checkAnswerable(
  request: JudgeRequest,
  { policy }: PolicyInForce,
  source: MetricSource | undefined,
): void {
  source?.check?.({ policy, run: request, params: request.params ?? {} })
}
