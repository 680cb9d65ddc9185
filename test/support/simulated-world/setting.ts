import type { Convention } from './conventions.ts'
import type { Identity } from './identity.ts'
import type { Outage, Timeline } from './timeline.ts'

/** What all parts of a world share. */
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

/** A process starts anew with a slice, its counters at zero. */
export interface Restart {
  readonly of: 'pod' | 'gateway'
  /** Row of the pod in the recording, or number of the gateway. */
  readonly index: number
  readonly slice: number
}
