import type { MetricKind, Policy } from '../model/policy.ts'
import { plannedMetrics, shownAfter } from './planned-excess.ts'
import type { PlannedService } from './planned-service.ts'
import type { Stages } from './planned-traffic.ts'

const CANDIDATES: readonly (readonly number[])[] = [
  [50],
  [25, 50],
  [10, 50],
  [5, 50],
  [10, 25, 50],
  [5, 25, 50],
  [2, 10, 50],
  [2, 10, 25, 50],
]

/** The harm that a rollout should find, by kind. */
const HARM: Readonly<Partial<Record<MetricKind, readonly number[]>>> = {
  errors: [2, 3, 10],
  latency: [1.25, 2],
  conversion: [1.25],
}

/** A step must have time after its canary pods are warm. */
const LEAST_STEP = 5
/** How long all users have a bad release that is not found. */
const AFTERWARDS = 60

/**
 * Weights and lengths for a rollout of so many minutes: those with the least harm to users, over releases of several
 * sorts. Harm is the share of users with the bad release, times the minutes until it is shown; one that is not shown
 * gets all users for an hour. Undefined where the time is too short for any step.
 */
export function proposeStages(service: PlannedService, policy: Policy, minutes: number): Stages | undefined {
  const least = Math.max(LEAST_STEP, Math.ceil(policy.warmupSeconds / 60) + 2)
  const possible = CANDIDATES.filter((weights) => minutes / weights.length >= least)
  const [best] = possible
    .map((weights) => ({ weights, minutes: evenly(minutes, weights.length) }))
    .map((stages) => ({ stages, harm: meanHarm(service, policy, stages) }))
    .toSorted((a, b) => a.harm - b.harm)
  return best?.stages
}

/** Equal lengths; the last step, whose pass gives all users the release, gets what is left. */
function evenly(minutes: number, steps: number): readonly number[] {
  const each = Math.floor(minutes / steps)
  return Array.from({ length: steps }, (_, i) => (i < steps - 1 ? each : minutes - each * (steps - 1)))
}

function meanHarm(service: PlannedService, policy: Policy, stages: Stages): number {
  const logs = plannedMetrics(service, policy, stages).flatMap((planned) =>
    (HARM[planned.metric.kind] ?? []).map((effect) => Math.log(harmOf(stages, shownAfter(planned, effect)))),
  )
  return logs.reduce((sum, log) => sum + log, 0) / logs.length
}

function harmOf({ weights, minutes }: Stages, shown: number | undefined): number {
  let left = shown ?? Infinity
  let harm = shown === undefined ? AFTERWARDS : 0
  for (const [i, length] of minutes.entries()) {
    harm += (Math.min(length, left) * (weights[i] ?? 0)) / 100
    left = Math.max(left - length, 0)
  }
  return harm
}
