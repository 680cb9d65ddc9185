import type { Autocovariance } from './clustered-sum.ts'
import type { PodDispersion } from './dispersion.ts'
import type { LearnedCovariance } from './pod-autocovariance.ts'
import { type Cache, type Digest, type Recall, recalling } from './recall.ts'

/**
 * Keeps what was learned from the history of stable, which is the same at every look of a run. The key is the numbers
 * themselves, so an analysis with a memory gives the same verdict as one without.
 */
export interface HistoryMemory {
  readonly covariance: Recall<LearnedCovariance>
  readonly capped: Recall<PodDispersion | undefined>
  readonly levels: Recall<Autocovariance>
}

/** `createCache` is called once for each sort of result. */
export function createHistoryMemory(digest: Digest, createCache: <Value>() => Cache<Value>): HistoryMemory {
  return {
    covariance: recalling(digest, createCache()),
    capped: recalling(digest, createCache()),
    levels: recalling(digest, createCache()),
  }
}
