import type { PodRow } from '../../recording/metric-rows.ts'
import { type Counts, readCounts } from './counts.ts'

/** Where nothing counts restarts themselves: a pod restarted in each slice in which one of its counters began anew. */
export function restartsByResets(counts: Counts, slices: number): readonly PodRow[] {
  const resets = new Set(
    counts.oddities.flatMap(({ code, target, slice }) =>
      code === 'reset' ? [keyOf(counts.targets[target]?.pod, slice)] : [],
    ),
  )
  return readCounts(counts, slices).flatMap(({ arm, pod, total }): PodRow[] => {
    if (pod === undefined) return []
    const restarts = total.map((count, slice) =>
      count === null ? null : resets.has(keyOf(pod, slice)) ? 1 : 0,
    )
    return [{ arm, pod, total: restarts, parts: [] }]
  })
}

const keyOf = (pod: string | undefined, slice: number): string => `${slice} ${pod}`
