import type { PlacedRun, PlanTurn, Turn } from '../../judge/judge.ts'
import type { Run } from '../../judge/ports/ports.ts'
import { type HookMark, readMark, writeMark } from './hook-mark.ts'
import { stepOfRollout, stepOfWeight } from './named-step.ts'
import type { HookCall } from './request.ts'

/**
 * The run of a pre-rollout. Flagger calls this hook only while the canary has no traffic, so an open run that has had
 * some is an earlier rollout, though it may be of the same revision.
 */
export const beginRun =
  (call: HookCall): PlanTurn =>
  (open, now) => {
    const begins: Turn = {
      opens: true,
      callerState: writeMark({ ...readMark(undefined), hook: 'pre-rollout' }),
    }
    if (open === undefined) return { ...begins, calledAt: now }
    // a later call was handled before this one
    if (open.run.openedAt > now) return {}
    const goesOn = asksForPromotion(open.run, call) || waitsForTraffic(open, call)
    if (isQuiet(open.run, call, now) || !goesOn) return { ...begins, calledAt: now, ending: 'superseded' }
    return marks(open.run, { hook: 'pre-rollout' }, now)
  }

const marks = (run: Run, change: Partial<HookMark>, now: number): Turn => ({
  callerState: writeMark({ ...readMark(run.callerState), ...change }),
  calledAt: now,
})

/**
 * After a refused promotion a blue/green canary goes back by one check. If it has only one check, Flagger starts again
 * with pre-rollout.
 */
function asksForPromotion(open: Run, { revision }: HookCall): boolean {
  const { hook, promotion } = readMark(open.callerState)
  const refused = hook === 'confirm-promotion' && !promotion
  return refused && open.revision === revision && open.firstFailAt === undefined
}

function waitsForTraffic({ run, steps }: PlacedRun, { revision }: HookCall): boolean {
  const { hook, promotion } = readMark(run.callerState)
  return run.revision === revision && !promotion && hook !== 'rollout' && steps.length === 0
}

/** The run and step of a rollout hook. */
export const placeRollout =
  (call: HookCall): PlanTurn =>
  (open, now) => {
    const isSame = open?.run.revision === call.revision
    const goesOn = open !== undefined && isSame && !isQuiet(open.run, call, now)
    const mark = readMark(goesOn ? open.run.callerState : undefined)
    // the traffic changed when Flagger last got permission, not when it calls next
    const isSoon = !goesOn || mark.hook === undefined || mark.hook === 'rollout'
    return {
      ...(open !== undefined && !goesOn && { ending: isSame ? 'gone quiet' : 'superseded' }),
      ...(!goesOn && { opens: true }),
      step: stepOfRollout(goesOn ? open.steps : [], mark, call),
      stepAt: isSoon ? now : (open.run.calledAt ?? now),
      callerState: writeMark({ ...mark, hook: 'rollout' }),
      calledAt: now,
    }
  }

/** Stores the mark of a call on the run that answered it, unless a later call came first. */
export const markRun =
  ({ id }: Run, change: Partial<HookMark>): PlanTurn =>
  (open, now) =>
    open?.run.id === id && (open.run.calledAt ?? 0) <= now ? marks(open.run, change, now) : {}

/** Opens the step that begins with the weight of an event. */
export const advanceRun =
  (call: HookCall, weight: number): PlanTurn =>
  (open, now) => {
    if (open === undefined || open.run.revision !== call.revision || open.run.openedAt > now) return {}
    return {
      step: stepOfWeight(weight, open.steps, call),
      callerState: writeMark({ ...readMark(open.run.callerState), events: true }),
    }
  }

/** Closes the open run; if a revision is given, only a run of that revision. */
export const closeRun =
  (ending: string, revision?: string): PlanTurn =>
  (open, now) => {
    const isMeant = revision === undefined || open?.run.revision === revision
    return open !== undefined && open.run.openedAt <= now && isMeant ? { ending } : {}
  }

const quietMs = 30 * 60_000

/** Whether no hook has called for so long that Flagger must have stopped this rollout. */
function isQuiet({ calledAt, openedAt }: Run, { intervalMs = 0 }: HookCall, now: number): boolean {
  return now - (calledAt ?? openedAt) > Math.max(quietMs, 3 * intervalMs)
}
