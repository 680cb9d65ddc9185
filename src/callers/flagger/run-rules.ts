import { runId } from '../../judge/runs/identities.ts'
import { sliceMs, stepToOpen } from '../../judge/runs/open-step.ts'
import type { ActivePolicy } from '../../judge/model/active-policy.ts'
import type { RunHistory } from '../../judge/history/run-history.ts'
import type { Run, RunKey, Step } from '../../judge/ports/ports.ts'
import { type OrderedHook, readMark, writeMark } from './hook-mark.ts'
import { stepOfRollout, stepOfWeight } from './named-step.ts'
import type { HookCall } from './request.ts'

/** What is needed to keep the books of one call. */
export interface HookContext {
  readonly book: RunHistory
  readonly key: RunKey
  /** The policy as it is now. */
  readonly loaded: ActivePolicy
  /** The policy that the run began with. */
  readonly policyOf: (run: Run) => Promise<ActivePolicy>
  readonly now: number
}

export interface Placed {
  readonly run: Run
  readonly steps: readonly Step[]
}

/**
 * The run of a pre-rollout. Flagger calls this hook only while the canary has no traffic, so an open run that has had
 * some is an earlier rollout, though it may be of the same revision. Undefined = a later call has come before this one.
 */
export async function beginRun(call: HookCall, context: HookContext): Promise<Run | undefined> {
  const { book, key, now } = context
  const open = await book.findOpen(key)
  if (open === undefined) return openRun(call, 'pre-rollout', context)
  if (open.openedAt > now) return undefined
  const goesOn = asksForPromotion(open, call) || (await waitsForTraffic(open, call, book))
  if (!isQuiet(open, call, now) && goesOn) {
    const lastHook = writeMark({ ...readMark(open.lastHook), hook: 'pre-rollout' })
    return book.change(open, { lastHook, lastHookAt: now })
  }
  await book.change(open, { closedAt: now, ending: 'superseded' })
  return openRun(call, 'pre-rollout', context)
}

/**
 * A blue/green canary whose promotion is refused goes back to its last check but one. Where it has only one, that is
 * the beginning, and pre-rollout comes again.
 */
function asksForPromotion(open: Run, { revision }: HookCall): boolean {
  const { hook, promotion } = readMark(open.lastHook)
  const refused = hook === 'confirm-promotion' && !promotion
  return refused && open.revision === revision && open.firstFailAt === undefined
}

async function waitsForTraffic(open: Run, { revision }: HookCall, book: RunHistory): Promise<boolean> {
  const { hook, promotion } = readMark(open.lastHook)
  if (open.revision !== revision || promotion || hook === 'rollout') return false
  return (await book.listSteps(open)).length === 0
}

/** The run and step of a rollout hook. */
export async function placeRollout(call: HookCall, context: HookContext): Promise<Placed> {
  const { book, key, now } = context
  const open = await book.findOpen(key)
  const goesOn = open !== undefined && open.revision === call.revision && !isQuiet(open, call, now)
  if (open !== undefined && !goesOn) {
    const ending = open.revision === call.revision ? 'gone quiet' : 'superseded'
    await book.change(open, { closedAt: now, ending })
  }
  const run = open !== undefined && goesOn ? open : await openRun(call, undefined, context)
  const steps = await book.listSteps(run)
  const mark = readMark(run.lastHook)
  // The traffic changed when Flagger was last told that it may, not when it next asks.
  const changedAt = mark.hook === undefined || mark.hook === 'rollout' ? now : (run.lastHookAt ?? now)
  const { policy } = await context.policyOf(run)
  const opening = stepToOpen(stepOfRollout(steps, mark, call), { run, steps, policy, at: changedAt })
  // The step before the mark: a process that dies between the two asks for the same step again.
  const begun = opening === undefined ? steps : [...steps, await book.openStep(opening)]
  const lastHook = writeMark({ ...mark, hook: 'rollout' })
  return { run: await book.change(run, { lastHook, lastHookAt: now }), steps: begun }
}

/** The step that begins with the weight that an event told. */
export async function openStepOfWeight(call: HookCall, weight: number, context: HookContext): Promise<void> {
  const { book, key, now } = context
  const run = await book.findOpen(key)
  if (run === undefined || run.revision !== call.revision || run.openedAt > now) return
  const steps = await book.listSteps(run)
  const { policy } = await context.policyOf(run)
  const opening = stepToOpen(stepOfWeight(weight, steps, call), { run, steps, policy, at: now })
  if (opening !== undefined) await book.openStep(opening)
  await book.change(run, { lastHook: writeMark({ ...readMark(run.lastHook), events: true }) })
}

/** Closes what is open, or only a run of the revision where one is given. */
export async function closeRun(
  ending: string,
  revision: string | undefined,
  context: HookContext,
): Promise<void> {
  const { book, key, now } = context
  const open = await book.findOpen(key)
  if (open === undefined || open.openedAt > now) return
  if (revision !== undefined && open.revision !== revision) return
  await book.change(open, { closedAt: now, ending })
}

const quietMs = 30 * 60_000

/** So long without any hook that Flagger must have been at something else. */
function isQuiet({ lastHookAt, openedAt }: Run, { intervalMs = 0 }: HookCall, now: number): boolean {
  return now - (lastHookAt ?? openedAt) > Math.max(quietMs, 3 * intervalMs)
}

async function openRun(call: HookCall, hook: OrderedHook | undefined, context: HookContext): Promise<Run> {
  const { book, key, loaded, now } = context
  const { revision, weights } = call
  const { policy, digest } = loaded
  const length = sliceMs(policy)
  const start = Math.floor(now / length) * length
  const run: Run = {
    // The same revision may be rolled out twice within a slice, and those are two runs.
    id: runId({ ...key, revision, start, salt: String(now) }),
    ...key,
    revision,
    policy: policy.name,
    policyDigest: digest,
    start,
    openedAt: now,
    lastLookAt: now,
    ...(weights.length > 0 && { gates: weights.length }),
    lastHook: writeMark({ ...readMark(undefined), hook }),
    lastHookAt: now,
  }
  return book.open(run, policy)
}
