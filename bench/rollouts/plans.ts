/** The weights that a controller goes through, and how long it plans to stay at each. */
export interface Plan {
  readonly name: string
  readonly weights: readonly number[]
  readonly minutes: readonly number[]
}

/** Half an hour, as `step: auto` divides it: at least ten minutes for the last step, the rest shared by the others. */
function plan(name: string, weights: readonly number[]): Plan {
  const last = Math.max(lastMinutes, wholeMinutes / weights.length)
  const rest = Math.max(2, Math.floor((wholeMinutes - last) / Math.max(weights.length - 1, 1)))
  return { name, weights, minutes: weights.map((_, i) => (i === weights.length - 1 ? last : rest)) }
}

const wholeMinutes = 30
const lastMinutes = 10

export const plans = {
  /** Argo Rollouts with setWeight and an analysis at each step. */
  argo: plan('5, 25, 50', [5, 25, 50]),
  /** Like `argo`, with a first step that few users see. */
  careful: plan('1, 5, 10, 25, 50', [1, 5, 10, 25, 50]),
  /** Flagger with stepWeight 5 and maxWeight 50. */
  flagger: plan('5 to 50 by 5', [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]),
  /** Flagger with stepWeight 50. */
  half: plan('50', [50]),
} as const satisfies Readonly<Record<string, Plan>>

export type PlanName = keyof typeof plans

/** How long a rollout takes that goes as planned. */
export function plannedMinutes({ minutes }: Plan): number {
  return minutes.reduce((sum, value) => sum + value, 0)
}
