import type { NamedStep } from '../../judge/model/judge-request.ts'
import type { Step } from '../../judge/ports/ports.ts'
import type { HookMark } from './hook-mark.ts'
import type { HookCall } from './request.ts'

type Plan = Pick<HookCall, 'weights' | 'stepMinutes'>

/** The step that a look of a `rollout` hook belongs to: the latest, or one that has begun since. */
export function stepOfRollout(steps: readonly Step[], mark: HookMark, plan: Plan): NamedStep {
  const latest = latestOf(steps)
  if (latest === undefined) {
    const { weight, ...first } = namedStep(0, plan)
    return isShifted(mark, plan) && weight !== undefined ? { ...first, weight } : first
  }
  // where events report the weights they report this one too: another gate may have held the traffic back
  const advanced = mark.hook === 'confirm-traffic-increase' && !mark.events
  const next = latest.index + 1
  const isLast = plan.weights.length > 0 && next >= plan.weights.length
  return advanced && !isLast ? namedStep(next, plan) : toNamed(latest, plan)
}

/**
 * Whether the plan's weights are shares of the traffic. Blue/green and A/B have one number too, and Flagger asks for no
 * traffic increase before it.
 */
function isShifted({ hook }: HookMark, { weights }: Plan): boolean {
  return weights.length !== 1 || hook === 'confirm-traffic-increase'
}

/** The latest step, in the form in which looks name it; undefined = the canary has had no traffic yet. */
export function currentStep(steps: readonly Step[], plan: Plan): NamedStep | undefined {
  const latest = latestOf(steps)
  return latest && toNamed(latest, plan)
}

/** The step that begins with a weight from Flagger's event; undefined where it has already begun. */
export function stepOfWeight(weight: number, steps: readonly Step[], plan: Plan): NamedStep | undefined {
  const latest = latestOf(steps)
  if (latest?.weight === weight) return undefined
  const index = Math.max(plan.weights.indexOf(weight), (latest?.index ?? -1) + 1)
  const next = plan.weights.find((other) => other > weight) ?? (plan.weights.length > 0 ? 100 : undefined)
  return { ...namedStep(index, plan), weight, ...(next !== undefined && { next }) }
}

function latestOf(steps: readonly Step[]): Step | undefined {
  return steps.reduce<Step | undefined>(
    (latest, step) => (latest === undefined || step.index > latest.index ? step : latest),
    undefined,
  )
}

function namedStep(index: number, { weights, stepMinutes }: Plan): NamedStep {
  const weight = weights[index]
  return {
    index,
    ...(weights.length > 0 && { of: weights.length }),
    // after the last weight the canary gets all traffic
    ...(weight !== undefined && { weight, next: weights[index + 1] ?? 100 }),
    ...(stepMinutes !== undefined && { minutes: stepMinutes }),
  }
}

function toNamed({ index, weight, next }: Step, plan: Plan): NamedStep {
  return {
    ...namedStep(index, plan),
    ...(weight !== undefined && { weight }),
    ...(next !== undefined && { next }),
  }
}
