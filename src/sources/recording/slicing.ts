import type { Policy } from '../../engine/model/policy.ts'
import type { Run } from '../../judge/ports/ports.ts'

/** How a run's time is cut; fixed at its first look. Times in Unix seconds. */
export interface Slicing {
  readonly sliceSeconds: number
  /** Start of slice 0, a multiple of the slice. */
  readonly start: number
  /** The slice that holds the start of the run. */
  readonly rolloutStart: number
}

const LEAST_AUTO_SECONDS = 60
const LEAST_SETTLE_SECONDS = 15

export function slicingOf(policy: Policy, run: Run, intervals: readonly number[]): Slicing {
  const auto = Math.max(LEAST_AUTO_SECONDS, ...intervals.map((interval) => Math.ceil(2 * interval)))
  const sliceSeconds = policy.slice === 'auto' ? auto : policy.slice.seconds
  const align = (seconds: number): number => Math.floor(seconds / sliceSeconds) * sliceSeconds
  const begin = align(run.start / 1000)
  const start = Math.max(begin - Math.ceil(policy.historySeconds / sliceSeconds) * sliceSeconds, 0)
  return { sliceSeconds, start, rolloutStart: Math.round((begin - start) / sliceSeconds) }
}

/** How many slices are over, and had time to be scraped, at this moment of the server's clock. */
export function settledSlices(slicing: Slicing, now: number, interval: number | undefined): number {
  const settle = Math.max(interval ?? 0, LEAST_SETTLE_SECONDS)
  return Math.max(Math.floor((now - settle - slicing.start) / slicing.sliceSeconds + 1e-9), 0)
}
