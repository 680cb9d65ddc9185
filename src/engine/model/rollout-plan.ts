import type { Recording } from './recording.ts'

/** A step with slices counted from the start of the rollout. */
export interface PlannedStep {
  readonly index: number
  readonly from: number
  /** First slice after the planned end; the look that includes slice `ends − 1` is the gate. */
  readonly ends: number
  readonly weight: number
  /** The weight that follows; 100 where the plan does not say. */
  readonly next: number
}

/** A slice from which evidence is counted. Harm may begin late, so part of the budget is kept for later slices. */
export interface Restart {
  readonly from: number
  readonly weight: number
}

export interface RolloutPlan {
  readonly slices: number
  /** The number of gates; 0 where no steps are declared. */
  readonly gates: number
  readonly steps: readonly PlannedStep[]
  readonly restarts: readonly Restart[]
}

const FROM_START = 0.7
const STRIDE = 10
const DENSE_UNTIL = 600

export function rolloutPlan(
  recording: Pick<Recording, 'rolloutStart' | 'steps' | 'gates'>,
  slices: number,
): RolloutPlan {
  const declared = recording.steps ?? []
  const steps = declared
    .map((step, index) => ({
      index,
      from: step.slice - recording.rolloutStart,
      ends: step.ends - recording.rolloutStart,
      weight: step.weight,
      next: step.next ?? declared[index + 1]?.weight ?? 100,
    }))
    .filter((step) => step.from < slices)
  // a plan whose steps have not begun yet has steps too
  const gates = recording.steps === undefined ? 0 : (recording.gates ?? declared.length)
  const restarts = gates > 0 ? restartsAtSteps(steps, gates) : restartsByTime(slices)
  return { slices, gates, steps, restarts }
}

/** The step that slice `t` of the rollout belongs to. */
export function stepAt(plan: RolloutPlan, t: number): PlannedStep | undefined {
  return plan.steps.findLast((step) => step.from <= t)
}

/** The step whose gate is the look that includes slice `t`; a step left early has no gate. */
export function gateAt(plan: RolloutPlan, t: number): PlannedStep | undefined {
  const step = stepAt(plan, t)
  return step !== undefined && step.ends - 1 === t ? step : undefined
}

/**
 * The levels of the gates grow with the square of the step's number: late gates have more data, and use a small level
 * better.
 */
export function gateShare(plan: RolloutPlan, step: PlannedStep): number {
  if (step.index >= plan.gates) return 0
  const squares = (plan.gates * (plan.gates + 1) * (2 * plan.gates + 1)) / 6
  return (step.index + 1) ** 2 / squares
}

function restartsAtSteps(steps: readonly PlannedStep[], gates: number): readonly Restart[] {
  if (gates === 1) return [{ from: 0, weight: 1 }]
  const later = steps
    .filter((step) => step.index > 0 && step.index < gates)
    .map((step) => ({ from: step.from, weight: (1 - FROM_START) / (gates - 1) }))
  return [{ from: 0, weight: FROM_START }, ...later]
}

function restartsByTime(slices: number): readonly Restart[] {
  const restarts: Restart[] = [{ from: 0, weight: FROM_START }]
  let j = 1
  while (STRIDE * j < slices) {
    const next = j + Math.max(1, Math.floor(j * sparsity(STRIDE * j)))
    // the sum of 1/j(j+1) over the slices that this one stands for
    restarts.push({ from: STRIDE * j, weight: (1 - FROM_START) * (1 / j - 1 / next) })
    j = next
  }
  return restarts
}

/**
 * How far apart the first slices of evidence are, depending on their age. Without this the cost of a look would grow
 * with the square of the rollout's length.
 */
export function sparsity(age: number): number {
  return age < DENSE_UNTIL ? 0 : 0.1
}
