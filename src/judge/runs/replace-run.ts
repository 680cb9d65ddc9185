import type { Run, RunKey } from '../ports/ports.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import { type FindRunDeps, newRun, startOf } from './new-run.ts'
import type { ActivePolicy } from '../model/active-policy.ts'

/** So long after its last look a rollout is taken to be asked about still. */
const lateMs = 5 * 60_000
export const superseded = 'superseded'

/**
 * The run of a look that does not go on with the open one: of two rollouts under one name the one that began later is
 * open. While it is asked about, a look at the older comes late and is answered from the older's own run, which stays
 * closed; once nobody asks about the newer any more, the older revision is being rolled out again.
 */
export async function replaceRun(
  open: Run,
  request: JudgeRequest,
  key: RunKey,
  inForce: ActivePolicy,
  deps: FindRunDeps & { readonly at: number },
): Promise<Run> {
  const { book, at } = deps
  const { policy } = inForce
  const start = await startOf(request, deps)
  const run = newRun(request, key, inForce, { at, start })
  if (run.revision === open.revision) {
    await book.change(open, { closedAt: at, ending: 'gone quiet' })
    return book.open(run, policy)
  }
  const known = await supersededBefore(open, run, deps)
  const isOlder =
    start === undefined
      ? known !== undefined
      : run.start < open.start || (known !== undefined && run.start === open.start)
  if (isOlder && at - open.lastLookAt < lateMs) {
    return known ?? book.open({ ...run, closedAt: at, ending: superseded }, policy)
  }
  await book.change(open, { closedAt: at, ending: superseded })
  // Data from before the run that it replaces are that run's: there are selections that know no revisions.
  const isOwn = start !== undefined && (request.start !== undefined || run.start > open.start)
  const own =
    isOwn || start === undefined ? run : newRun(request, key, inForce, { at, start: open.lastLookAt })
  return book.open(own, policy)
}

/** The latest run of the revision that gave way to a newer one. */
async function supersededBefore(
  open: Run,
  { revision, ...key }: Run,
  { book }: FindRunDeps,
): Promise<Run | undefined> {
  const runs = await book.listRuns(key)
  return runs.find(
    (each) => each.revision === revision && each.ending === superseded && each.start <= open.start,
  )
}
