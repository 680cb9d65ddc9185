import { AppError } from '../../errors.ts'
import type { Run, StoredVerdict, VerdictStore } from '../../judge/ports/ports.ts'
import { type Caller, mayTouch } from './caller.ts'

/**
 * The run, if it exists and the caller may see it. The error is the same in both cases, so that it does not reveal
 * which runs exist.
 */
export async function visibleRun(store: VerdictStore, caller: Caller, id: string): Promise<Run> {
  const run = await store.getRun(id)
  if (run === undefined || !mayTouch(caller, run.namespace)) {
    throw new AppError('not-found', `expected the id of a run, got "${id}"`)
  }
  return run
}

export async function visibleVerdict(
  store: VerdictStore,
  caller: Caller,
  id: string,
): Promise<StoredVerdict> {
  const verdict = await store.getVerdict(id)
  const run = verdict === undefined ? undefined : await store.getRun(verdict.runId)
  if (verdict === undefined || run === undefined || !mayTouch(caller, run.namespace)) {
    throw new AppError('not-found', `expected the id of a verdict, got "${id}"`)
  }
  return verdict
}

export function checkNamespace(caller: Caller, namespace: string): void {
  if (mayTouch(caller, namespace)) return
  const allowed = (caller.namespaces ?? []).join(', ')
  throw new AppError('forbidden', `expected a namespace of this token (${allowed}), got "${namespace}"`)
}

/** Which namespace to list: the one in the request, or the only one that the token may see. */
export function namespaceToList(caller: Caller, asked: string | undefined): string | undefined {
  if (asked !== undefined) {
    checkNamespace(caller, asked)
    return asked
  }
  if (caller.namespaces === undefined) return undefined
  const [only, ...more] = caller.namespaces
  if (only !== undefined && more.length === 0) return only
  const message = `expected one of ${caller.namespaces.join(', ')}, got nothing`
  throw new AppError('bad-request', `invalid query: namespace: ${message}`, {
    issues: [{ path: 'namespace', message }],
  })
}
