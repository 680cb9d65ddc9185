import type { Convention } from './conventions.ts'
import type { Identity } from './identity.ts'
import type { Outage, Timeline } from './timeline.ts'

/** The values that all parts of a world share. */
export interface Setting {
  readonly identity: Identity
  readonly convention: Convention
  readonly timeline: Timeline
  readonly bounds: readonly number[]
  readonly scrapeMs: number
  readonly staleMarkers: boolean
  readonly outages: readonly Outage[]
  readonly restarts: readonly Restart[]
}

/** A process restarts at the start of a slice, with its counters at zero. */
export interface Restart {
  readonly of: 'pod' | 'gateway'
  /** The row of the pod in the recording, or the number of the gateway. */
  readonly index: number
  readonly slice: number
}
