import type { Policy } from '../../engine/model/policy.ts'
import type { Run, RunKey, Step } from '../ports/ports.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import { gatesOf, sliceMs, stepToOpen } from './open-step.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import { type FindRunDeps, longestRunMs, newRun, pauseBeforeStartMs, startOf } from './new-run.ts'
import { replaceRun, superseded } from './replace-run.ts'
import type { RunHistory, RunChange } from '../history/run-history.ts'

/** A run whose caller was silent for this long, and whose canary was too, is over. */
export const quietMs = 30 * 60_000

/** The run and step that a look belongs to. */
export interface RunAndSteps {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly inForce: ActivePolicy
  /** The run is over, or has been looked at since: nothing of it changes with this look. */
  readonly past: boolean
}

/** Finds the run of a look, opening and closing runs as the rollout demands, and opens the step that it names. */
export async function findRun(
  request: JudgeRequest,
  key: RunKey,
  loaded: ActivePolicy,
  deps: FindRunDeps,
): Promise<RunAndSteps> {
  const { book } = deps
  const at = request.at ?? deps.now
  const found = await (request.run === undefined
    ? lookUpRun(request, key, loaded, deps)
    : givenRun(request.run, deps))
  const past = isPast(found, request)
  const learned = past ? {} : learnedFrom(request, found)
  const run = Object.keys(learned).length === 0 ? found : await book.change(found, learned)
  const inForce = await deps.policyOf(run)
  const steps = await book.listSteps(run)
  if (past) return { run, steps: begunBy(at, steps, inForce.policy), inForce, past }
  const opening = stepToOpen(request.step, { run, steps, policy: inForce.policy, at })
  if (opening === undefined) return { run, steps, inForce, past }
  return { run, steps: [...steps, await book.openStep(opening)], inForce, past }
}

/** The store may have been away from the caller, who then has a run that only the caller knows. */
async function givenRun(run: Run, { book, policyOf, now }: FindRunDeps): Promise<Run> {
  if (await book.has(run)) return run
  const { policy, digest } = await policyOf(run)
  const open = await book.findOpen(run)
  if (open !== undefined && open.revision !== run.revision && open.openedAt <= run.openedAt) {
    await book.change(open, { closedAt: now, ending: superseded })
  }
  return book.open({ ...run, policy: policy.name, policyDigest: digest }, policy)
}

const isPast = ({ closedAt, lastLookAt }: Run, { at }: JudgeRequest): boolean =>
  closedAt !== undefined || (at !== undefined && at < lastLookAt)

/** What the first look that says it says for all. */
function learnedFrom({ step, params = {} }: JudgeRequest, run: Run): Pick<RunChange, 'gates' | 'params'> {
  return {
    ...(step !== undefined && run.gates === undefined && { gates: gatesOf(step) }),
    ...(Object.keys(params).length > 0 && run.params === undefined && { params }),
  }
}

/** A look opens its step at the next slice, so that the one of its own slice was known to it. */
function begunBy(at: number, steps: readonly Step[], policy: Policy): readonly Step[] {
  const length = sliceMs(policy)
  return steps.filter(({ startedAt }) => startedAt <= Math.ceil(at / length) * length)
}

async function lookUpRun(
  request: JudgeRequest,
  key: RunKey,
  inForce: ActivePolicy,
  deps: FindRunDeps,
): Promise<Run> {
  const { book, now } = deps
  const at = request.at ?? now
  const open = await book.findOpen(key)
  if (open !== undefined && (await continues(open, request, at, deps))) {
    return withFoundStart(open, request, inForce, { ...deps, at })
  }
  const before = open !== undefined && at < open.lastLookAt
  if (request.at !== undefined) {
    const known = (await book.listRuns(key)).find((run) => covers(run, request, at))
    if (known !== undefined) return known
  }
  deps.check()
  if (open !== undefined && !before) return replaceRun(open, request, key, inForce, { ...deps, at })
  const run = newRun(request, key, inForce, { at, start: await startOf(request, deps) })
  return book.open(before ? { ...run, closedAt: at, ending: 'judged afterwards' } : run, inForce.policy)
}

/** Whether a look belongs to the run that is open. */
async function continues(open: Run, request: JudgeRequest, at: number, deps: FindRunDeps): Promise<boolean> {
  if (open.revision !== request.revision || at < open.start) return false
  if (request.start !== undefined && request.start > open.lastLookAt) return false
  // A failed rollout is aborted, and the same revision may be tried again before long.
  const quiet = open.firstFailAt === undefined ? quietMs : pauseBeforeStartMs
  if (at - open.lastLookAt < quiet) return true
  const start = await deps.canaryStart(quiet, open)
  // Without an answer nothing shows that the rollout is over.
  return start === 'unknown' || (start !== undefined && start <= open.lastLookAt)
}

/** A run that opened while the source could not be asked gets its true start from the first look that can. */
async function withFoundStart(
  open: Run,
  request: JudgeRequest,
  { policy }: ActivePolicy,
  deps: FindRunDeps & { readonly at: number },
): Promise<Run> {
  const length = sliceMs(policy)
  const isAssumed = request.start === undefined && open.start === Math.floor(open.openedAt / length) * length
  const isSoon = deps.at >= open.lastLookAt && deps.at - open.openedAt <= pauseBeforeStartMs
  if (!isAssumed || !isSoon) return open
  const found = await deps.canaryStart(pauseBeforeStartMs, open)
  const start = typeof found === 'number' ? Math.floor(found / length) * length : open.start
  const isEarlier = start < open.start && open.start - start <= longestRunMs
  if (!isEarlier || (await isOfRunBefore(start, open, deps.book))) return open
  return deps.book.change(open, { start })
}

/** There are selections that know no revisions, and show the data of the run that this one replaced. */
async function isOfRunBefore(start: number, { id, ...key }: Run, book: RunHistory): Promise<boolean> {
  return (await book.listRuns(key)).some(
    (run) => run.id !== id && run.ending === superseded && start <= run.lastLookAt,
  )
}

const covers = (run: Run, { revision, start }: JudgeRequest, at: number): boolean =>
  run.revision === revision &&
  run.start <= at &&
  at <= (run.closedAt ?? Infinity) &&
  (start === undefined || start <= run.lastLookAt)
