import { twoProportionZ } from './two-proportion-z.ts'
import { armCounts, sumOver } from '../arm-counts.ts'
import { boundNear } from '../bound-near.ts'
import { firstSlice, untilFailure, type Rule } from './rule.ts'

const level = 0.05

/** Pooled z-tests, one-sided at .05, on all counts since the start of the rollout, looked at after every slice. */
export const peekedZ: Rule = (recording) => {
  const { canary, stable } = armCounts(recording)
  const bound = boundNear(recording, 0.05)
  const slower = (arm: typeof canary) => arm.slower[bound] ?? []
  const pairs = [
    { bad: [canary.failed, stable.failed], of: [canary.requests, stable.requests] },
    { bad: [slower(canary), slower(stable)], of: [canary.requests, stable.requests] },
    // the arms change places, because fewer orders are worse
    { bad: [stable.orders, canary.orders], of: [stable.checkouts, canary.checkouts] },
  ]
  const failAt = firstSlice(recording, (slice) => {
    const sum = (values: readonly number[] = []) => sumOver(values, recording.rolloutStart, slice)
    return pairs.some(({ bad, of }) => {
      const test = twoProportionZ(sum(bad[0]), sum(of[0]), sum(bad[1]), sum(of[1]))
      return test !== undefined && test.greater < level
    })
  })
  return untilFailure(recording, failAt)
}
