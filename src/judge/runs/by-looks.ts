import type { Policy } from '../../engine/model/policy.ts'
import type { RunChange } from '../history/run-history.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { JudgeRequest, NamedStep } from '../model/judge-request.ts'
import type { Run, Step } from '../ports/ports.ts'
import { namedStepOf } from './named-step-of.ts'
import { goneQuiet, longestRunMs, newRun, type RunContext, superseded } from './new-run.ts'
import { gatesOf, sliceMs, stepToOpen } from './open-step.ts'

export interface LookContext extends RunContext {
  /** See MetricSource; undefined also where there is no source that can be asked. */
  readonly canaryStart: (quiet: number, open?: Run) => Promise<number | undefined | 'unknown'>
  /** Throws if the request could never be judged, before it closes another run. */
  readonly check: () => void
}

/** A run is over when its caller was silent for this long and its canary had no data either. */
export const quietMs = 30 * 60_000
/** A rollout begins with canary series after at least this long without any. */
const pauseBeforeStartMs = 10 * 60_000
/** A rollout is still being looked at for this long after its last look: looks come once a minute. */
const lateMs = 90_000

/** The run and step that a look belongs to. */
export interface RunAndSteps {
  readonly run: Run
  readonly steps: readonly Step[]
  /** The step that the look names. */
  readonly named: NamedStep | undefined
  readonly inForce: ActivePolicy
  /** The run is over, or a later look was made: this look does not change the run. */
  readonly past: boolean
}

/**
 * For runs whose caller only looks: finds the run of a look, opens and closes runs by the data of the rollout, and
 * opens the step that the look names.
 */
export async function findRun(request: JudgeRequest, context: LookContext): Promise<RunAndSteps> {
  const { history, policyOf, now } = context
  const at = request.at ?? now
  const found = await (request.run === undefined
    ? lookUpRun(request, { ...context, at })
    : givenRun(request.run, context))
  const past = isPast(found, request)
  const stored = await history.listSteps(found)
  const named = namedStepOf(request, stored)
  const learned = past ? {} : learnedFrom(named, request, found)
  const run = Object.keys(learned).length === 0 ? found : await history.change(found, learned)
  const inForce = await policyOf(run)
  const steps = stored.map((step) => notBefore(run.start, step))
  if (past) return { run, steps: begunBy(at, steps, inForce.policy), named, inForce, past }
  const opening = stepToOpen(named, { run, steps, policy: inForce.policy, at })
  const begun = opening === undefined ? steps : [...steps, await history.openStep(opening)]
  return { run, steps: begun, named, inForce, past }
}

/** A step that a look named before the canary existed begins with the canary. */
function notBefore(start: number, step: Step): Step {
  const late = Math.max(start - step.startedAt, 0)
  return late === 0 ? step : { ...step, startedAt: start, endsAt: step.endsAt + late }
}

/** The caller may have opened the run while the store was away; then only the caller has it. */
async function givenRun(run: Run, { history, policyOf, now }: RunContext): Promise<Run> {
  if (await history.has(run)) return run
  const { policy, digest } = await policyOf(run)
  const open = await history.findOpen(run)
  if (open !== undefined && open.revision !== run.revision && open.openedAt <= run.openedAt) {
    await history.change(open, { closedAt: now, ending: superseded })
  }
  return history.open({ ...run, policy: policy.name, policyDigest: digest }, policy)
}

const isPast = ({ closedAt, lastLookAt }: Run, { at }: JudgeRequest): boolean =>
  closedAt !== undefined || (at !== undefined && at < lastLookAt)

/** What the run takes over from the first look that gives it. */
function learnedFrom(
  named: NamedStep | undefined,
  { params = {}, labels = {} }: JudgeRequest,
  run: Run,
): Pick<RunChange, 'gates' | 'params' | 'labels'> {
  return {
    ...(named !== undefined && run.gates === undefined && { gates: gatesOf(named) }),
    ...(Object.keys(params).length > 0 && run.params === undefined && { params }),
    ...(Object.keys(labels).length > 0 && run.labels === undefined && { labels }),
  }
}

/** A look opens its step at the next slice, so that the step of its own slice was known at that look. */
function begunBy(at: number, steps: readonly Step[], policy: Policy): readonly Step[] {
  const length = sliceMs(policy)
  return steps.filter(({ startedAt }) => startedAt <= Math.ceil(at / length) * length)
}

interface Moment extends LookContext {
  readonly at: number
}

async function lookUpRun(request: JudgeRequest, context: Moment): Promise<Run> {
  const { history, key, loaded, at } = context
  const open = await history.findOpen(key)
  if (open !== undefined && (await continues(open, request, context))) {
    return withFoundStart(open, request, context)
  }
  const before = open !== undefined && at < open.lastLookAt
  if (request.at !== undefined) {
    const known = (await history.listRuns(key)).find((run) => covers(run, request, at))
    if (known !== undefined) return known
  }
  context.check()
  if (open !== undefined && !before) return replaceRun(open, request, context)
  const run = newRun(request, context, { at, start: await startOf(request, context) })
  return history.open(before ? { ...run, closedAt: at, ending: 'judged afterwards' } : run, loaded.policy)
}

/** Whether a look belongs to the run that is open. */
async function continues(open: Run, request: JudgeRequest, { at, canaryStart }: Moment): Promise<boolean> {
  if (open.revision !== request.revision || at < open.start) return false
  const silentMs = at - open.lastLookAt
  if (silentMs < pauseBeforeStartMs) return true
  const isSince = (start: number | 'unknown'): boolean => start === 'unknown' || start <= open.lastLookAt
  const start = await canaryStart(pauseBeforeStartMs, open)
  // without an answer nothing shows that the rollout is over
  if (start !== undefined) return isSince(start)
  // The canary is gone. After a fail the rollout was aborted, and the same revision may soon be rolled out again.
  if (open.firstFailAt !== undefined) return false
  if (silentMs < quietMs) return true
  const before = await canaryStart(quietMs, open)
  return before !== undefined && isSince(before)
}

/**
 * The first look may come before any data, or while the source is away. Then the first look that finds the start of
 * the canary corrects the run's start: to an earlier time only for a while after the run was opened, to a later time
 * always.
 */
async function withFoundStart(open: Run, request: JudgeRequest, context: Moment): Promise<Run> {
  const { at, loaded, history } = context
  const length = sliceMs(loaded.policy)
  const isAssumed = request.start === undefined && open.start === Math.floor(open.openedAt / length) * length
  if (!isAssumed || at < open.lastLookAt) return open
  const found = await context.canaryStart(pauseBeforeStartMs, open)
  const start = typeof found === 'number' ? Math.floor(found / length) * length : open.start
  if (start > open.start) return history.change(open, { start })
  const isSoon = at - open.openedAt <= pauseBeforeStartMs
  const isEarlier = start < open.start && open.start - start <= longestRunMs
  if (!isSoon || !isEarlier || (await isOfRunBefore(start, open, context))) return open
  return history.change(open, { start })
}

/** Some selections do not use revisions, and show the data of the run that this one replaced. */
async function isOfRunBefore(start: number, { id }: Run, { history, key }: Moment): Promise<boolean> {
  return (await history.listRuns(key)).some(
    (run) => run.id !== id && run.ending === superseded && start <= run.lastLookAt,
  )
}

const covers = (run: Run, { revision, start }: JudgeRequest, at: number): boolean =>
  run.revision === revision &&
  run.start <= at &&
  at <= (run.closedAt ?? Infinity) &&
  (start === undefined || start <= run.lastLookAt)

/** When a rollout began, from the caller or from the data; undefined = unknown. */
async function startOf({ start }: JudgeRequest, { canaryStart }: LookContext): Promise<number | undefined> {
  const found = start ?? (await canaryStart(pauseBeforeStartMs))
  return typeof found === 'number' ? found : undefined
}

/**
 * The run of a look that does not belong to the open run. Of two rollouts with one name, the one that began later is
 * open. While it gets looks, a look at the older one is late: its own run answers it and stays closed. Once the newer
 * one gets no looks any more, a look at the older revision means that it is rolled out again.
 */
async function replaceRun(open: Run, request: JudgeRequest, context: Moment): Promise<Run> {
  const { history, loaded, at } = context
  const start = await startOf(request, context)
  const run = newRun(request, context, { at, start })
  if (run.revision === open.revision) {
    await history.change(open, { closedAt: at, ending: goneQuiet })
    return history.open(run, loaded.policy)
  }
  const known = await supersededBefore(open, run, context)
  const isOlder =
    start === undefined
      ? known !== undefined
      : run.start < open.start || (known !== undefined && run.start === open.start)
  if (isOlder && at - open.lastLookAt < lateMs) {
    return known ?? history.open({ ...run, closedAt: at, ending: superseded }, loaded.policy)
  }
  await history.change(open, { closedAt: at, ending: superseded })
  // earlier data belong to the other run, because some selections do not use revisions
  const isOwn = start !== undefined && (request.start !== undefined || run.start > open.start)
  return history.open(isOwn ? run : newRun(request, context, { at }), loaded.policy)
}

/** The latest run of this revision that a newer revision replaced. */
async function supersededBefore(
  open: Run,
  { revision }: Run,
  { history, key }: Moment,
): Promise<Run | undefined> {
  const runs = await history.listRuns(key)
  return runs.find(
    (each) => each.revision === revision && each.ending === superseded && each.start <= open.start,
  )
}
