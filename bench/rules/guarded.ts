import { armCounts } from '../arm-counts.ts'
import { boundNear } from '../bound-near.ts'
import { firstSlice, untilFailure, type Rule } from './rule.ts'

const level = 0.05
const metrics = 3
/** The sample size at which the confidence sequence is narrowest. */
const tunedFor = 5000

/**
 * A guarded rollout: an asymptotic confidence sequence of the difference between the arms' shares (I. Waudby-Smith and
 * others, Time-uniform central limit theory, 2021), looked at after every slice. It rolls back when the lower end of
 * a metric is above zero, and promotes at the end what has shown no harm.
 */
export const guarded: Rule = (recording) => {
  const { canary, stable } = armCounts(recording)
  const bound = boundNear(recording, 0.05)
  const lost = (arm: typeof canary): readonly number[] =>
    arm.checkouts.map((n, k) => n - (arm.orders[k] ?? 0))
  const pairs = [
    difference(canary.failed, canary.requests, stable.failed, stable.requests),
    difference(canary.slower[bound] ?? [], canary.requests, stable.slower[bound] ?? [], stable.requests),
    difference(lost(canary), canary.checkouts, lost(stable), stable.checkouts),
  ]
  const failAt = firstSlice(recording, (slice) =>
    pairs.map((isWorse) => isWorse(slice)).some((worse) => worse),
  )
  return untilFailure(recording, failAt)
}

type Series = readonly number[]

function difference(
  bad: Series,
  of: Series,
  stableBad: Series,
  stableOf: Series,
): (slice: number) => boolean {
  let [x, n, y, m] = [0, 0, 0, 0]
  return (slice) => {
    x += bad[slice] ?? 0
    n += of[slice] ?? 0
    y += stableBad[slice] ?? 0
    m += stableOf[slice] ?? 0
    if (n <= 0 || m <= 0) return false
    const [p, q] = [x / n, y / m]
    const variance = (p * (1 - p)) / n + (q * (1 - q)) / m
    return variance > 0 && p - q > halfWidth(n + m, variance)
  }
}

function halfWidth(n: number, variance: number): number {
  const alpha = level / metrics
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / tunedFor
  const scaled = n * rho2 + 1
  // a one-sided test is the half-width of a two-sided one at twice the level
  return Math.sqrt(variance * n * ((2 * scaled) / (n * n * rho2)) * Math.log(Math.sqrt(scaled) / (2 * alpha)))
}
