import type { JudgeRequest, NamedStep, PlannedStep } from '../model/judge-request.ts'
import type { Step } from '../ports/ports.ts'

/** The step of a request: the one it names, or the current step of the caller's plan. */
export function namedStepOf(
  { step, planned }: Pick<JudgeRequest, 'step' | 'planned'>,
  steps: readonly Step[],
): NamedStep | undefined {
  if (step !== undefined || planned === undefined) return step
  const { callerIndex, weights, minutes, looks } = planned
  const known = steps.find((each) => each.callerIndex === callerIndex)
  const index = known?.index ?? indexInPlan(planned, steps)
  const weight = known?.weight ?? planned.weight ?? weights[Math.min(index, weights.length - 1)]
  return {
    index,
    callerIndex,
    of: weights.length,
    // after the last weight the canary gets all traffic
    ...(weight !== undefined && { weight, next: weights.find((other) => other > weight) ?? 100 }),
    ...(minutes !== undefined && { minutes }),
    ...(looks !== undefined && { looks }),
  }
}

/**
 * The caller's indexes also count steps without a look, so only their order is used. A weight shows the place exactly.
 */
function indexInPlan({ callerIndex, weights, weight }: PlannedStep, steps: readonly Step[]): number {
  const before = steps.filter((each) => (each.callerIndex ?? -1) < callerIndex)
  const following = Math.max(-1, ...before.map(({ index }) => index)) + 1
  return Math.max(following, weight === undefined ? 0 : weights.indexOf(weight))
}
