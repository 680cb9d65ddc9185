import type { Policy } from '../../engine/model/policy.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import type { MetricSource, PolicyLibrary, Run, VerdictStore } from '../ports/ports.ts'
import { quietMs } from './by-looks.ts'

export interface QuietDeps {
  readonly store: VerdictStore
  readonly source: MetricSource | undefined
  readonly policies: PolicyLibrary
  readonly now: number
  readonly signal: AbortSignal
}

const page = 100
/** A run without any look for this long is over, even where its data cannot be read. */
const forgottenMs = 24 * 3600_000

/** Closes the runs whose end no caller has reported; gives how many. */
export async function closeQuietRuns(deps: QuietDeps): Promise<number> {
  const { store, now, signal } = deps
  let closed = 0
  let after: string | undefined
  do {
    const { items, next } = await store.listRuns({
      open: true,
      limit: page,
      ...(after !== undefined && { after }),
    })
    for (const run of items) {
      signal.throwIfAborted()
      if (now - run.lastLookAt < quietMs || !(await isOver(run, deps))) continue
      await store.updateRun(run.id, { closedAt: now, ending: 'gone quiet' })
      closed += 1
    }
    after = next
  } while (after !== undefined)
  return closed
}

async function isOver(run: Run, deps: QuietDeps): Promise<boolean> {
  if (deps.now - run.lastLookAt >= forgottenMs) return true
  // its caller reports the end of the rollout, and is silent while pods are not ready
  if (run.callerState !== undefined) return false
  try {
    const policy = await policyOf(run, deps)
    if (deps.source?.canaryStart === undefined || policy === undefined) return false
    const start = await deps.source.canaryStart({
      policy,
      run,
      params: run.params ?? {},
      until: deps.now,
      quietMs,
      since: run.lastLookAt - quietMs,
      signal: AbortSignal.any([deps.signal, AbortSignal.timeout(askMs)]),
    })
    return start === undefined || start > run.lastLookAt
  } catch {
    // the source is away, or only the caller knows the parameters: a later check may succeed
    return false
  }
}

const askMs = 10_000

async function policyOf({ policyDigest }: Run, { store, policies }: QuietDeps): Promise<Policy | undefined> {
  const loaded = policies.list().find(({ digest }) => digest === policyDigest)
  if (loaded !== undefined) return loaded.policy
  const text = await store.loadPolicy(policyDigest)
  return text === undefined ? undefined : parsePolicy(text).policy
}
