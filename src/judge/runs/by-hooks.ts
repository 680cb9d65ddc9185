import type { JudgeRequest, NamedStep } from '../model/judge-request.ts'
import type { Run, Step } from '../ports/ports.ts'
import { newRun, type RunContext } from './new-run.ts'
import { stepToOpen } from './open-step.ts'

export interface PlacedRun {
  readonly run: Run
  readonly steps: readonly Step[]
}

/** How a controller's call changes its run; fields that are not given stay as they are. */
export interface Turn {
  /** How the open run ended, if this call ends it. */
  readonly ending?: string
  /** A new run begins. */
  readonly opens?: true
  /** The step to begin, if it has not begun yet. */
  readonly step?: NamedStep | undefined
  /** When the traffic of that step began; undefined = now. */
  readonly stepAt?: number
  /** The state that the caller wants to keep, and the time of the call, if it counts as a call. */
  readonly callerState?: string
  readonly calledAt?: number
}

/** Plans the turn from the open run. It must be pure, because it is called again if the store was away in between. */
export type PlanTurn = (open: PlacedRun | undefined, now: number) => Turn

/**
 * For runs whose controller reports when a rollout begins, advances and ends, so that no data are needed for that.
 * Gives the run after the turn, closed if it ended.
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
  // the same revision may be rolled out twice within a slice, which makes two runs
  const begun = opens && { ...newRun(request, context, { at: now, salt: String(now) }), ...state }
  const run = begun ? await history.open(begun, loaded.policy) : ended
  if (run === undefined) return undefined
  const steps = known?.run.id === run.id ? known.steps : await history.listSteps(run)
  const { policy } = step === undefined ? loaded : await context.policyOf(run)
  const opening = stepToOpen(step, { run, steps, policy, at: stepAt })
  // the step is stored before the state: after a crash between the two the same step is asked for again
  const withStep = opening === undefined ? steps : [...steps, await history.openStep(opening)]
  const kept = begun || Object.keys(state).length === 0 ? run : await history.change(run, state)
  return { run: kept, steps: withStep }
}
