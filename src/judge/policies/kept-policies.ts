import { AppError } from '../../errors.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import type { Log, PolicyLibrary, Run, VerdictStore } from '../ports/ports.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import { createLru, heldBytes } from '../../lru.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { Within } from '../history/run-history.ts'

export interface KeptPolicies {
  /** The policy that a request means, from the policies that are loaded now; rejects with `unknown-policy`. */
  loaded(request: JudgeRequest): Promise<ActivePolicy>
  /** The policy that judges a look at the run: a run keeps the policy that it began with. */
  ofRun(run: Run, request: JudgeRequest, loaded: ActivePolicy): Promise<ActivePolicy>
  /** Undefined = it is lost, or the store is away. */
  byDigest(digest: string): Promise<ActivePolicy | undefined>
}

export interface KeptPoliciesDeps {
  readonly policies: PolicyLibrary
  readonly store: () => VerdictStore
  /** Undefined = the store is away. */
  readonly within: Within | undefined
  readonly log: Log
}

/** Policies by digest: those of the library and those that only runs still use. */
export type PolicyMemory = ReturnType<typeof createPolicyMemory>
export const createPolicyMemory = () => createLru<ActivePolicy>(16 * 1024 * 1024, heldBytes)

export function keptPolicies(memory: PolicyMemory, deps: KeptPoliciesDeps): KeptPolicies {
  const { policies, store, within, log } = deps
  const load = async (digest: string): Promise<ActivePolicy | undefined> => {
    const known = memory.get(digest)
    if (known !== undefined || within === undefined) return known
    const text = await within(() => store().loadPolicy(digest))
    if (text === undefined) return undefined
    const { policy } = parsePolicy(text)
    memory.set(digest, { policy, digest })
    return { policy, digest }
  }
  return {
    async loaded(request) {
      try {
        const { policy, digest } = policies.get(request.policy)
        memory.set(digest, { policy, digest })
        return { policy, digest }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unknown-policy') throw error
        const kept = await policyOfOpenRun(request, { store, within, load })
        if (kept === undefined) throw error
        return kept
      }
    },
    byDigest: load,
    async ofRun(run, request, loaded) {
      if (run.policyDigest === loaded.digest) return loaded
      // a request that names another policy is answered by that policy
      if (request.policy !== undefined && request.policy !== run.policy) return loaded
      const kept = await load(run.policyDigest)
      if (kept !== undefined) return kept
      log.warn(
        { run: run.id, policy: run.policy },
        'the policy a run began with is lost, the one loaded now is used',
      )
      return loaded
    },
  }
}

interface OpenRunDeps extends Pick<KeptPoliciesDeps, 'store' | 'within'> {
  readonly load: (digest: string) => Promise<ActivePolicy | undefined>
}

/** A policy whose file is gone still judges the runs that began with it. */
async function policyOfOpenRun(
  { namespace, name, caller, policy, run: given, byHand = false }: JudgeRequest,
  { store, within, load }: OpenRunDeps,
): Promise<ActivePolicy | undefined> {
  if (within === undefined) return undefined
  const { items } = await within(() => store().listRuns({ namespace, name, open: true, limit: 10 }))
  const run = (given === undefined ? items : [given]).find(
    ({ source, policy: began }) =>
      (byHand || source === caller || source.startsWith(`${caller}@`)) &&
      (policy === undefined || policy === began),
  )
  return run === undefined ? undefined : load(run.policyDigest)
}
