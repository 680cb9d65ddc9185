import type { ArmSlices } from '../counts/slices.ts'
import { type RolloutPlan, rolloutPlan } from '../model/rollout-plan.ts'

/** The weights of a rollout, in percent, and the planned length of each step. */
export interface Stages {
  readonly weights: readonly number[]
  readonly minutes: readonly number[]
}

/** The requests of a planned rollout, slice by slice, without pods that are warming up. */
export interface PlannedTraffic {
  readonly plan: RolloutPlan
  readonly canary: Arm
  readonly stable: Arm
  /** How many minutes one slice stands for. */
  readonly sliceMinutes: number
}

/** The requests of one arm. */
export type Arm = Omit<ArmSlices, 'events'>

/** A rollout of a day is planned in slices of some minutes, because more of them say nothing more. */
const MOST_SLICES = 120

export interface TrafficInput {
  readonly stages: Stages
  readonly requestsPerMinute: number
  readonly pods: number
  readonly warmupMinutes: number
  /** Whether the source can tell the pods of an arm apart. */
  readonly knowsPods: boolean
}

export function plannedTraffic({
  stages: { weights, minutes },
  requestsPerMinute,
  pods,
  warmupMinutes,
  knowsPods,
}: TrafficInput): PlannedTraffic {
  const whole = minutes.reduce((sum, length) => sum + length, 0)
  const sliceMinutes = Math.max(Math.ceil(whole / MOST_SLICES), 1)
  const lengths = minutes.map((length) => Math.max(Math.round(length / sliceMinutes), 1))
  const steps = weights.map((weight, i) => {
    const slice = sum(lengths.slice(0, i))
    return { slice, ends: slice + (lengths[i] ?? 1), weight, next: weights[i + 1] ?? 100 }
  })
  const slices = sum(lengths)
  const plan = rolloutPlan({ rolloutStart: 0, gates: weights.length, steps }, slices)
  const canary = emptyArm(slices, weights.length)
  const stable = emptyArm(slices, 1)
  const canaryPods = weights.map((weight) => canaryPodsAt(pods, weight))
  for (const step of plan.steps) {
    const share = step.weight / 100
    const before = step.index === 0 ? 0 : (canaryPods[step.index - 1] ?? 0)
    const now = canaryPods[step.index] ?? 1
    for (let t = step.from; t < step.ends; t += 1) {
      const young = Math.min(Math.max(warmupMinutes / sliceMinutes - (t - step.from), 0), 1)
      const requests = requestsPerMinute * sliceMinutes
      const warm = Math.min(knowsPods ? before : 0, now)
      const ready = warm * young + now * (1 - young)
      fill(canary, t, {
        requests: (requests * share * ready) / now,
        pods: Math.ceil(ready),
        groups: canaryPods,
      })
      const compared = knowsPods ? 1 : 1 - young
      fill(stable, t, { requests: requests * (1 - share) * compared, pods, groups: [pods] })
    }
  }
  return { plan, canary, stable, sliceMinutes }
}

/** As many as their share of the traffic needs, and at least one. */
export function canaryPodsAt(stable: number, weight: number): number {
  return Math.min(stable, Math.max(1, Math.round((stable * weight) / 50)))
}

/** One row for each group of pods that a step added, as one pod that varies as much as the group's mean. */
function fill(
  arm: Arm,
  t: number,
  { requests, pods, groups }: { requests: number; pods: number; groups: readonly number[] },
): void {
  if (requests <= 0) return
  arm.requests[t] = requests
  arm.pods[t] = pods
  let counted = 0
  arm.shares.forEach((row, g) => {
    const added = Math.min(Math.max((groups[g] ?? 0) - counted, 0), Math.max(pods - counted, 0))
    counted += added
    row[t] = Math.sqrt(added) / pods
  })
  for (const row of arm.podRequests) row[t] = requests / Math.max(pods, 1)
}

function emptyArm(slices: number, groups: number): Arm {
  const row = (): Float64Array => new Float64Array(slices)
  return {
    requests: row(),
    pods: row(),
    shares: Array.from({ length: groups }, row),
    podEvents: [],
    podRequests: [row()],
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
