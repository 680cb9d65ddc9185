import { logGamma } from '../../src/engine/stats/log-gamma.ts'
import { armCounts } from '../arm-counts.ts'
import { boundNear } from '../bound-near.ts'
import { firstSlice, untilFailure, type Rule } from './rule.ts'

const level = 0.05
/** How closely the prior lies around equal rates. */
const prior = 100

/**
 * Sequential tests of counts: M. Lindon and A. Malek, Anytime-valid inference for multinomial count data, 2022. After every
 * slice, the canary's share of the failures (or of the requests slower than a bound, or of the checkouts without an order)
 * is tested against its share of the requests. The three metrics share the level.
 */
export const sequentialCounts: Rule = (recording) => {
  const { canary, stable } = armCounts(recording)
  const bound = boundNear(recording, 0.05)
  const lost = (arm: typeof canary): readonly number[] =>
    arm.checkouts.map((n, k) => n - (arm.orders[k] ?? 0))
  const tests = [
    counting(canary.failed, canary.requests, stable.failed, stable.requests),
    counting(canary.slower[bound] ?? [], canary.requests, stable.slower[bound] ?? [], stable.requests),
    counting(lost(canary), canary.checkouts, lost(stable), stable.checkouts),
  ]
  const failAt = firstSlice(recording, (slice) =>
    // no short cut: every test must take in every slice
    tests.map((isWorse) => isWorse(slice)).some((worse) => worse),
  )
  return untilFailure(recording, failAt)
}

type Series = readonly number[]

function counting(bad: Series, of: Series, stableBad: Series, stableOf: Series): (slice: number) => boolean {
  let [x, n, y, m] = [0, 0, 0, 0]
  let most = 0
  return (slice) => {
    x += bad[slice] ?? 0
    n += of[slice] ?? 0
    y += stableBad[slice] ?? 0
    m += stableOf[slice] ?? 0
    if (n <= 0 || m <= 0 || x + y === 0) return false
    const share = n / (n + m)
    most = Math.max(most, logBayesFactor(x, y, share))
    return x / (x + y) > share && most >= Math.log(tests / level)
  }
}

const tests = 3

function logBayesFactor(x: number, y: number, share: number): number {
  const [a, b] = [prior * share, prior * (1 - share)]
  return logBeta(a + x, b + y) - logBeta(a, b) - x * Math.log(share) - y * Math.log(1 - share)
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}
