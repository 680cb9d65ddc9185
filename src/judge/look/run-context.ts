import type { RunHistory, Within } from '../history/run-history.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import { keptPolicies, type KeptPoliciesDeps, type PolicyMemory } from '../policies/kept-policies.ts'
import type { RunKey } from '../ports/ports.ts'
import type { RunContext } from '../runs/new-run.ts'

export interface ContextDeps extends Omit<KeptPoliciesDeps, 'within'> {
  readonly policyMemory: PolicyMemory
}

/** Rejects with `unknown-policy`. */
export async function runContext(
  request: JudgeRequest,
  moment: { readonly history: RunHistory; readonly within: Within | undefined; readonly now: number },
  deps: ContextDeps,
): Promise<RunContext> {
  const policies = keptPolicies(deps.policyMemory, { ...deps, within: moment.within })
  const loaded = await policies.loaded(request)
  return {
    history: moment.history,
    key: keyOf(request, loaded),
    loaded,
    policyOf: (run) => policies.ofRun(run, request, loaded),
    now: moment.now,
  }
}

/**
 * Each caller has its own runs, and so has each cluster: two clusters may use the same names, but each has its own
 * source.
 */
function keyOf({ caller, namespace, name, run }: JudgeRequest, { policy }: ActivePolicy): RunKey {
  const source = policy.source === 'default' ? caller : `${caller}@${policy.source}`
  return { source: run?.source ?? source, namespace, name }
}
