import { makeRows } from './make-rows.ts'
import type { Arm } from '../model/recording.ts'
import { valueAt } from '../model/value-at.ts'
import type { PodCounts } from './pod-counts.ts'
import type { RolloutPlan } from '../model/rollout-plan.ts'

/** The counts of one arm by slice of the rollout, without pods that are warming up. */
export interface ArmSlices {
  readonly events: Float64Array
  readonly requests: Float64Array
  /** How many pods had traffic. */
  readonly pods: Float64Array
  /** Each pod's share of the arm's requests. */
  readonly shares: readonly Float64Array[]
  /** The counts of each of these pods, for capping bursts. */
  readonly podEvents: readonly Float64Array[]
  readonly podRequests: readonly Float64Array[]
}

export interface Arms {
  readonly canary: ArmSlices
  readonly stable: ArmSlices
}

export interface SliceWindow {
  /** First slice of the rollout in the recording. */
  readonly start: number
  readonly plan: RolloutPlan
  /** How many slices at the beginning of a pod's life are left out. */
  readonly warmup: number
  /**
   * Whether the rollout's own data teach what history could not: the noise where pods are few, and when a pod was
   * born, by its first sample and not its first request. False under `pass: strict`.
   */
  readonly learnsOn?: boolean
}

/** Adds up the pods' counts by slice of the rollout, without pods that are too young to be compared. */
export function sliceArms(pods: readonly PodCounts[], window: SliceWindow): Arms {
  const byArm = pods.some((pod) => pod.aggregate)
  const ready = byArm ? aggregateReadiness(pods, window) : undefined
  return {
    canary: armSlices(
      pods.filter((pod) => pod.arm === 'canary'),
      window,
      ready,
    ),
    stable: armSlices(
      pods.filter((pod) => pod.arm === 'stable'),
      window,
      ready,
    ),
  }
}

/** The same with the arms exchanged, for metrics where less is worse. */
export function swapArms(arms: Arms): Arms {
  return { canary: arms.stable, stable: arms.canary }
}

/** Score information of each slice about a risk ratio of 1: X π (1 − π). */
export function information(arms: Arms): Float64Array {
  return arms.canary.events.map((xc, t) => {
    const nc = arms.canary.requests[t] ?? 0
    const ns = arms.stable.requests[t] ?? 0
    if (nc <= 0 || ns <= 0) return 0
    const pi = nc / (nc + ns)
    return (xc + valueAt(arms.stable.events, t)) * pi * (1 - pi)
  })
}

/** Running sums from slice `start` on. */
export function cumulative(values: Float64Array, start = 0): Float64Array {
  let sum = 0
  return values.map((value, t) => {
    if (t >= start) sum += value
    return sum
  })
}

type Readiness = (t: number) => boolean

function armSlices(pods: readonly PodCounts[], window: SliceWindow, ready: Readiness | undefined): ArmSlices {
  const T = window.plan.slices
  const arm = { events: new Float64Array(T), requests: new Float64Array(T), pods: new Float64Array(T) }
  const podEvents: Float64Array[] = []
  const podRequests: Float64Array[] = []
  const nextRow = makeRows(3 * pods.length, T)
  for (const pod of pods) {
    const isReady = ready ?? podReadiness(pod, window)
    const x = nextRow()
    const n = nextRow()
    for (let t = 0; t < T; t++) {
      const requests = pod.requests[window.start + t] ?? 0
      if (requests <= 0 || !isReady(t)) continue
      x[t] = pod.events[window.start + t] ?? 0
      n[t] = requests
      arm.events[t] = valueAt(arm.events, t) + valueAt(x, t)
      arm.requests[t] = valueAt(arm.requests, t) + requests
      arm.pods[t] = valueAt(arm.pods, t) + 1
    }
    podEvents.push(x)
    podRequests.push(n)
  }
  return {
    ...arm,
    podEvents,
    podRequests,
    shares: podRequests.map((n) => sharesOf(n, arm.requests, nextRow())),
  }
}

function sharesOf(requests: Float64Array, total: Float64Array, shares: Float64Array): Float64Array {
  for (let t = 0; t < shares.length; t++) {
    const n = valueAt(requests, t)
    if (n > 0) shares[t] = n / (total[t] ?? n)
  }
  return shares
}

/** A stable pod that is older than the rollout is warm; any other pod is warm some slices after its first traffic. */
function podReadiness(pod: PodCounts, window: SliceWindow): Readiness {
  const T = window.plan.slices
  if (pod.arm === 'stable' && firstTraffic(pod, 0, window.start) >= 0) return () => true
  const born =
    window.learnsOn === true ? firstSeen(pod, window) : firstTraffic(pod, window.start, window.start + T)
  return (t) => window.start + t - born >= window.warmup
}

/** From which slice on a canary pod, or the canary as a whole, has warmed up. */
export function canaryReadiness(
  pod: PodCounts,
  pods: readonly PodCounts[],
  window: SliceWindow,
): (t: number) => boolean {
  if (!pod.aggregate) return podReadiness(pod, window)
  const ready = aggregateReadiness(pods, window)
  const born = firstSeen(pod, window)
  return (t) => window.start + t - born >= window.warmup && ready(t)
}

/**
 * Where only whole arms are known, new pods cannot be distinguished from old ones, so the beginning of every step is
 * left out in both arms.
 */
function aggregateReadiness(pods: readonly PodCounts[], window: SliceWindow): Readiness {
  const { plan, start, warmup } = window
  const births = pods
    .filter((pod) => pod.arm === 'canary')
    .map((pod) => firstTraffic(pod, start, start + plan.slices))
    .filter((born) => born >= 0)
  if (births.length === 0) return () => true
  const steps = plan.steps.map((step) => step.from)
  const birth = Math.min(...births) - start
  if (window.learnsOn === true) return afterBirth(birth, window)
  const begins = birth < (steps[0] ?? Infinity) ? [birth, ...steps] : steps
  return (t) => begins.every((from) => t < from || t >= from + warmup)
}

/**
 * A later step adds pods to existing ones, and at most half of the step is left out: otherwise short steps would have no
 * data left.
 */
function afterBirth(birth: number, { plan, warmup }: SliceWindow): Readiness {
  const later = plan.steps.slice(1).map(({ from, ends }) => ({
    from,
    until: from + Math.min(warmup, Math.floor((ends - from) / 2)),
  }))
  // slices of stable before the canary's birth count, because looks at that time counted them
  return (t) => (t < birth || t >= birth + warmup) && later.every(({ from, until }) => t < from || t >= until)
}

/** With little traffic the first request of a pod may come long after its start. */
function firstSeen({ sampled }: PodCounts, { start, plan }: SliceWindow): number {
  const first = sampled.indexOf(1)
  return first < 0 ? start + plan.slices : Math.max(first, start)
}

/** Whether any pod of an arm has a sample in the rollout. */
export function hasSamples(pods: readonly PodCounts[], arm: Arm, { start }: SliceWindow): boolean {
  return pods.some((pod) => pod.arm === arm && pod.sampled.includes(1, start))
}

function firstTraffic(pod: PodCounts, from: number, to: number): number {
  for (let k = from; k < to; k++) {
    if (valueAt(pod.requests, k) > 0) return k
  }
  return -1
}
