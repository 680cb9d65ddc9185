import type { Policy } from './policy.ts'

/** The last step before all users get the canary: harm that needs time must have had time to show. */
const lastStepSeconds = 600
/** A step of one slice would end before any of its data is known. */
const leastSlices = 2

/**
 * How long a step is planned to last where the caller gives no length: the time of the rollout is divided among its
 * steps. Each gets at least two slices, and the last step before all traffic at least ten minutes.
 */
export function plannedSeconds(
  { stepSeconds, rolloutSeconds }: Policy,
  { index, of }: { readonly index: number; readonly of: number },
  sliceSeconds: number,
): number {
  if (stepSeconds !== 'auto') return stepSeconds
  const last = Math.max(rolloutSeconds / of, lastStepSeconds)
  if (index >= of - 1) return last
  const each = (rolloutSeconds - last) / (of - 1)
  // whole slices, rounded down, so that all steps together do not last too long
  return Math.max(Math.floor(each / sliceSeconds), leastSlices) * sliceSeconds
}

/** The length of each step in whole minutes: `minutes` where it is given, otherwise as the policy says. */
export function plannedMinutes(policy: Policy, steps: number, minutes?: number): readonly number[] {
  return Array.from({ length: steps }, (_, index) =>
    Math.max(Math.round(minutes ?? plannedSeconds(policy, { index, of: steps }, 60) / 60), 1),
  )
}
