import type { Policy } from '../../engine/model/policy.ts'
import { plannedSeconds } from '../../engine/model/planned-seconds.ts'
import type { Run, Step } from '../ports/ports.ts'
import type { NamedStep } from '../model/judge-request.ts'

/** The length of a slice in the policy; the source may choose longer ones. */
export function sliceMs({ slice }: Policy): number {
  return slice === 'auto' ? 60_000 : slice.seconds * 1000
}

/**
 * The step that a look at `at` begins. Undefined where that step or a later one has already begun: a late look does
 * not turn the rollout back.
 */
export function stepToOpen(
  named: NamedStep | undefined,
  { run, steps, policy, at }: { run: Run; steps: readonly Step[]; policy: Policy; at: number },
): Step | undefined {
  if (named === undefined || steps.some(({ index }) => index >= named.index)) return undefined
  const length = sliceMs(policy)
  const last = Math.max(...steps.map(({ startedAt }) => startedAt + length), run.start)
  const startedAt = Math.max(Math.ceil(at / length) * length, last)
  const place = { index: named.index, of: run.gates ?? gatesOf(named) }
  const lasts =
    named.minutes === undefined ? plannedSeconds(policy, place, length / 1000) * 1000 : named.minutes * 60_000
  return {
    runId: run.id,
    index: named.index,
    ...(named.callerIndex !== undefined && { callerIndex: named.callerIndex }),
    ...(named.weight !== undefined && { weight: named.weight }),
    ...(named.next !== undefined && { next: named.next }),
    startedAt,
    endsAt: startedAt + Math.max(Math.ceil(lasts / length), 1) * length,
  }
}

/** Where the caller does not give the number of steps, the budget is shared among this many. */
const assumedGates = 3

/** The number of gates of a run, which never changes. */
export function gatesOf(named: NamedStep): number {
  return named.of ?? Math.max(assumedGates, named.index + 1)
}
