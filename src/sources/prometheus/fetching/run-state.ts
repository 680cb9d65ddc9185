import type { LatencyShape, SourceProblem } from '../../../engine/model/recording.ts'
import { type Counts, countsBytes } from '../counting/counts.ts'
import type { Slicing } from '../../recording/slicing.ts'

/** What is known of a run, so that later looks ask only for new data. It is replaced and never changed. */
export interface RunState {
  readonly slicing: Slicing
  /** By metric. */
  readonly learned: ReadonlyMap<string, Learned>
  /** By group. */
  readonly counts: ReadonlyMap<string, Counts>
  /** What the first look said about where series come from. */
  readonly mixed: readonly SourceProblem[]
}

/** The facts about a metric that its queries depend on. */
export interface Learned {
  /** Seconds between scrapes. Undefined for gauges and where there are too few samples. */
  readonly interval?: number
  readonly histogram?: HistogramState
}

export interface HistogramState {
  readonly native: boolean
  /** In the source's unit, ascending; undefined = all there are. */
  readonly bounds?: readonly number[]
  readonly shape?: LatencyShape
}

/** About how much memory it holds. */
export function runStateBytes({ learned, counts }: RunState): number {
  let bytes = 1000
  for (const { histogram } of learned.values()) bytes += 200 + 24 * (histogram?.shape?.bounds.length ?? 0)
  for (const one of counts.values()) bytes += countsBytes(one)
  return bytes
}
