import { valueAt } from '../model/value-at.ts'
import { poissonQuantile } from '../stats/poisson-quantile.ts'
import { lagBin } from './clustered-sum.ts'
import { learnDispersion, type PodDispersion } from './dispersion.ts'
import { learnAnew, type Recall } from './recall.ts'
import type { PodCounts } from '../counts/pod-counts.ts'
import type { RolloutPlan } from '../model/rollout-plan.ts'
import type { Arms, ArmSlices } from '../counts/slices.ts'

/** A cap is worth it if it helps this rollout: thirty slices with a fifth of the events in five canary pods. */
const TYPICAL = { slices: 30, share: 0.2, pods: 5 } as const
/** A cap must reduce the variance to this part; otherwise counts are not capped. */
const WORTHWHILE = 0.8

/** History with bursts capped, and how the noise that is left changes from step to step. */
export interface CappedNoise {
  readonly dispersion: PodDispersion
  /** By slice, the noise between pods relative to `dispersion`, as a factor on the standard deviation. */
  readonly scale: Float64Array
}

/**
 * Where pods have short bursts, a count that is capped at a few times what the pod's neighbours suggest is far more
 * precise. Whether to cap is decided from history alone, so that it cannot depend on the canary; undefined = not worth
 * it. Smaller pods get a relatively higher cap, so history is capped as if its pods had the size of the canary's,
 * which differs from step to step.
 */
export function learnCappedNoise(
  stable: readonly PodCounts[],
  slices: number,
  plain: PodDispersion,
  leastCap: number,
  rollout: { readonly arms: Arms; readonly plan: RolloutPlan },
  recall: Recall<PodDispersion | undefined> = learnAnew,
): CappedNoise | undefined {
  const variance = relativeVariance(plain)
  // a cap can only reduce what pods add; the events' own variance stays
  if (variance.own >= WORTHWHILE * variance.total) return undefined
  const pods = stable.filter((pod) => !pod.aggregate)
  const rows = pods.flatMap(({ events, requests }) => [events, requests])
  const learn = (smallest: number): PodDispersion | undefined =>
    recall({ rows, slices, settings: [plain.share, leastCap, smallest] }, () =>
      cappedDispersion(pods, slices, plain.share, leastCap, smallest),
    )
  const stretches = podSizes(rollout.arms, rollout.plan)
  const dispersion = learn(stretches[0]?.smallest ?? 1)
  if (dispersion === undefined) return undefined
  if (relativeVariance(dispersion).total >= WORTHWHILE * variance.total) return undefined
  const scale = new Float64Array(rollout.plan.slices).fill(1)
  const first = relativeVariance(dispersion).between
  for (const { from, smallest } of stretches.slice(1)) {
    const between = relativeVariance(learn(smallest) ?? dispersion).between
    scale.fill(first > 0 ? Math.sqrt(between / first) : 1, from)
  }
  return { dispersion, scale }
}

function cappedDispersion(
  pods: readonly PodCounts[],
  slices: number,
  share: number,
  leastCap: number,
  smallest: number,
): PodDispersion | undefined {
  const capped = pods.map((pod) => ({ ...pod, events: pod.events.slice() }))
  for (let t = 0; t < slices; t++) {
    const expected = expectedEvents(pods, t, share)
    const cap = capFactor(
      expected.map((mu) => mu * smallest),
      leastCap,
    )
    capRow(
      capped.map((pod) => pod.events),
      expected,
      cap,
      t,
    )
  }
  const dispersion = learnDispersion(capped, slices)
  // a cap removes clumps too
  return dispersion.kind === 'pods' ? { ...dispersion, clump: 0 } : undefined
}

interface Stretch {
  readonly from: number
  /** The requests of the smallest canary pod divided by those of the smallest stable pod; at most 1. */
  readonly smallest: number
}

/**
 * One range of slices for each step, with the pod size at the beginning of its traffic, so that later looks agree with
 * earlier ones.
 */
function podSizes(arms: Arms, plan: RolloutPlan): readonly Stretch[] {
  const begins = [0, ...plan.steps.map((step) => step.from)]
  return begins.flatMap((from, i) => {
    const end = begins[i + 1] ?? plan.slices
    for (let t = from; t < end; t++) {
      if (valueAt(arms.canary.requests, t) <= 0 || valueAt(arms.stable.requests, t) <= 0) continue
      return [
        { from: t, smallest: Math.min(leastRequests(arms.canary, t) / leastRequests(arms.stable, t), 1) },
      ]
    }
    return []
  })
}

function leastRequests(arm: ArmSlices, t: number): number {
  const present = arm.podRequests.map((requests) => requests[t] ?? 0).filter((n) => n > 0)
  return Math.min(...present)
}

/**
 * Puts the same cap on both arms of the rollout: one factor for each slice, from its smallest pod, so that the arms
 * stay comparable.
 */
export function capBursts(arms: Arms, share: number, leastCap: number): Arms {
  return withCaps(arms, share, leastCap, 0)
}

function withCaps(arms: Arms, share: number, leastCap: number, least: number): Arms {
  const rowsOf = (arm: ArmSlices): readonly CountRow[] =>
    arm.podEvents.map((events, j) => ({ events, requests: arm.podRequests[j] ?? events }))
  const rows = { canary: rowsOf(arms.canary), stable: rowsOf(arms.stable) }
  const rowsCapped = {
    canary: rows.canary.map((row) => row.events.slice()),
    stable: rows.stable.map((row) => row.events.slice()),
  }
  for (let t = 0; t < arms.canary.events.length; t++) {
    const canary = expectedEvents(rows.canary, t, share)
    const stable = expectedEvents(rows.stable, t, share)
    const cap = capFactor([...canary, ...stable], leastCap)
    capRow(rowsCapped.canary, canary, cap, t, least)
    capRow(rowsCapped.stable, stable, cap, t, least)
  }
  return {
    canary: withEvents(arms.canary, rowsCapped.canary),
    stable: withEvents(arms.stable, rowsCapped.stable),
  }
}

/**
 * The same, but at least one event of a pod and slice stays: so failures that come together count once. Where failures
 * are so few that history cannot show whether they come together, no evidence may rest on their being separate.
 */
export function countOnce(arms: Arms, share: number, leastCap: number): Arms {
  return withCaps(arms, share, leastCap, 1)
}

interface CountRow {
  readonly events: Float64Array
  readonly requests: Float64Array
}

/** The events that each pod's neighbours in the arm suggest for it; never below stable's long-run share. */
function expectedEvents(rows: readonly CountRow[], t: number, share: number): readonly number[] {
  let X = 0
  let N = 0
  for (const row of rows) {
    X += row.events[t] ?? 0
    N += row.requests[t] ?? 0
  }
  return rows.map((row) => {
    const n = row.requests[t] ?? 0
    const others = N > n ? (X - valueAt(row.events, t)) / (N - n) : 0
    return n * Math.max(share, others)
  })
}

export function capFactor(expected: readonly number[], leastCap: number): number {
  let smallest = Infinity
  for (const mu of expected) {
    if (mu > 0 && mu < smallest) smallest = mu
  }
  if (smallest === Infinity) return Infinity
  return Math.max(leastCap, poissonQuantile(0.99, smallest) / smallest)
}

function capRow(
  rows: readonly Float64Array[],
  expected: readonly number[],
  cap: number,
  t: number,
  least = 0,
): void {
  rows.forEach((row, j) => {
    const mu = expected[j] ?? 0
    if (mu > 0) row[t] = Math.min(row[t] ?? 0, Math.max(cap * mu, least))
  })
}

export function withEvents(arm: ArmSlices, podEvents: readonly Float64Array[]): ArmSlices {
  const events = arm.events.map((_, t) => podEvents.reduce((sum, row) => sum + valueAt(row, t), 0))
  return { ...arm, events, podEvents }
}

/** The relative variance of a rollout's count: from its own events, and from differences between pods. */
function relativeVariance(dispersion: PodDispersion): {
  readonly own: number
  readonly between: number
  readonly total: number
} {
  const { slices, share, pods } = TYPICAL
  let clustered = 0
  for (let lag = 0; lag < slices; lag++) {
    const r = dispersion.autocovariance[lagBin(lag)] ?? 0
    clustered += (lag === 0 ? 1 : 2) * (slices - lag) * r
  }
  const own = 1 / (slices * share * dispersion.eventsPerSlice)
  const between = ((dispersion.inflation * clustered) / slices ** 2) * (1 / pods + 1 / dispersion.pods)
  return { own, between, total: own + between }
}
