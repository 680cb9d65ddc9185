import type { Policy } from './policy.ts'

/** Before all users get it, harm that comes with time has to have had some. */
const lastStepSeconds = 600
/** A step of one slice would end before anything of it can be seen. */
const leastSlices = 2

/**
 * How long a step is meant to last where the caller does not say: the time of the rollout is divided among its steps, at
 * least two slices each, and the last step before all traffic has ten minutes at least.
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
  // whole slices, so that the steps together do not last longer than they should
  return Math.max(Math.floor(each / sliceSeconds), leastSlices) * sliceSeconds
}
