import { armCounts } from './arm-counts.ts'
import type { Harm } from './accuracy-scenarios.ts'
import { boundNear } from './bound-near.ts'
import type { Recording } from '../src/engine/model/recording.ts'

/**
 * How many canary users fared worse than they would have on stable, from the rollout's start to slice `until`
 * inclusive: failed requests, requests slower than about stable's p95, or lost orders, each beyond stable's share in
 * the same slice. The number of a single rollout scatters around the truth, also below zero; the mean over many does not.
 */
export function excessHarm(recording: Recording, harm: Harm, until: number): number {
  const { canary, stable } = armCounts(recording)
  const excess = (bad: Series, of: Series, stableBad: Series, stableOf: Series) => {
    let sum = 0
    for (let slice = recording.rolloutStart; slice <= until; slice++) {
      const control = stableOf[slice] ?? 0
      if (control > 0) sum += (bad[slice] ?? 0) - ((of[slice] ?? 0) * (stableBad[slice] ?? 0)) / control
    }
    return sum
  }
  switch (harm) {
    case 'errors':
      return excess(canary.failed, canary.requests, stable.failed, stable.requests)
    case 'latency': {
      const bound = boundNear(recording, 0.05)
      return excess(canary.slower[bound] ?? [], canary.requests, stable.slower[bound] ?? [], stable.requests)
    }
    case 'conversion':
      return -excess(canary.orders, canary.checkouts, stable.orders, stable.checkouts)
    default:
      return harm satisfies never
  }
}

type Series = readonly number[]
