import type { LatencyShape } from '../analysis/recording.ts'
import { type Grid, gridBytes } from './grid.ts'
import type { Slicing } from './slicing.ts'

/** What was learned of a run, and what settled: later looks ask only for what is new. Never changed, only replaced. */
export interface RunState {
  readonly slicing: Slicing
  readonly metrics: ReadonlyMap<string, MetricState>
}

export interface MetricState {
  /** Seconds between scrapes; undefined = not known, as for gauges and where there are too few samples. */
  readonly interval?: number
  readonly histogram?: HistogramState
  readonly total: Grid
  /** Bad or good events. */
  readonly part: Grid
  /** Samples came after their slice was read. */
  readonly late: boolean
}

export interface HistogramState {
  readonly native: boolean
  /** In the source's unit, ascending; undefined = all there are. */
  readonly bounds?: readonly number[]
  readonly shape?: LatencyShape
}

export interface RunCache {
  get(key: string): RunState | undefined
  set(key: string, state: RunState): void
  readonly bytes: number
  clear(): void
}

/** Keeps the runs looked at last, as many as fit. */
export function createRunCache(maxBytes: number): RunCache {
  const states = new Map<string, { readonly state: RunState; readonly bytes: number }>()
  let bytes = 0
  const drop = (key: string): void => {
    bytes -= states.get(key)?.bytes ?? 0
    states.delete(key)
  }
  return {
    get(key) {
      const found = states.get(key)
      if (found === undefined) return undefined
      states.delete(key)
      states.set(key, found)
      return found.state
    },
    set(key, state) {
      drop(key)
      const size = bytesOf(state)
      if (size > maxBytes) return
      states.set(key, { state, bytes: size })
      bytes += size
      for (const oldest of states.keys()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
    get bytes() {
      return bytes
    },
    clear() {
      states.clear()
      bytes = 0
    },
  }
}

function bytesOf(state: RunState): number {
  let bytes = 1000
  for (const { total, part, histogram } of state.metrics.values()) {
    bytes += gridBytes(total) + gridBytes(part) + 24 * (histogram?.shape?.bounds.length ?? 0)
  }
  return bytes
}
