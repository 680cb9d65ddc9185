import type { JudgeRequest, NamedStep } from '../model/judge-request.ts'
import type { Run, Step } from '../ports/ports.ts'
import { newRun, type RunContext } from './new-run.ts'
import { stepToOpen } from './open-step.ts'

export interface PlacedRun {
  readonly run: Run
  readonly steps: readonly Step[]
}

/** What a controller's call means for its run; what is not given stays as it is. */
export interface Turn {
  /** The open run is over, and ended so. */
  readonly ending?: string
  /** A new run begins. */
  readonly opens?: true
  /** The step that has begun, if it has not yet. */
  readonly step?: NamedStep | undefined
  /** When the traffic of that step began; undefined = now. */
  readonly stepAt?: number
  /** What the caller remembers, and when it called, where that counts as a call. */
  readonly callerState?: string
  readonly calledAt?: number
}

/** Decides by what is known of the open run. Pure, since it is asked again where the store was away meanwhile. */
export type PlanTurn = (open: PlacedRun | undefined, now: number) => Turn

/**
 * Runs whose controller says itself when a rollout begins, advances and ends: no data are asked for that. Gives the run
 * as it is after the turn, closed where it ended.
 */
export async function takeTurn(
  request: JudgeRequest,
  plan: PlanTurn,
  context: RunContext,
): Promise<PlacedRun | undefined> {
  const { history, key, loaded, now } = context
  const open = await history.findOpen(key)
  const known = open && { run: open, steps: await history.listSteps(open) }
  const { ending, opens, step, stepAt = now, callerState, calledAt } = plan(known, now)
  const ended = open && ending !== undefined ? await history.change(open, { closedAt: now, ending }) : open
  const state = {
    ...(callerState !== undefined && { callerState }),
    ...(calledAt !== undefined && { calledAt }),
  }
  // The same revision may be rolled out twice within a slice, and those are two runs.
  const begun = opens && { ...newRun(request, context, { at: now, salt: String(now) }), ...state }
  const run = begun ? await history.open(begun, loaded.policy) : ended
  if (run === undefined) return undefined
  const steps = known?.run.id === run.id ? known.steps : await history.listSteps(run)
  const { policy } = step === undefined ? loaded : await context.policyOf(run)
  const opening = stepToOpen(step, { run, steps, policy, at: stepAt })
  // The step before the state: a process that dies between the two asks for the same step again.
  const withStep = opening === undefined ? steps : [...steps, await history.openStep(opening)]
  const kept = begun || Object.keys(state).length === 0 ? run : await history.change(run, state)
  return { run: kept, steps: withStep }
}
