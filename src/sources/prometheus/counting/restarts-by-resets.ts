import type { FetchedCounts } from '../../../judge/ports/ports.ts'
import { ABSENT } from '../../recording/absent.ts'
import { createReader } from '../../recording/samples.ts'
import { type Counts, fetchedCounts } from './counts.ts'

/** Where nothing counts restarts themselves: a pod restarted in each slice in which one of its counters began anew. */
export function restartsByResets(counts: Counts, slices: number): FetchedCounts {
  const resets = new Map<string | undefined, Set<number>>()
  for (const { code, target, slice } of counts.oddities) {
    if (code !== 'reset') continue
    const pod = counts.targets[target]?.pod
    resets.set(pod, (resets.get(pod) ?? new Set()).add(slice))
  }
  const others = fetchedCounts(counts, slices)
  const pods = others.rows.filter(({ pod }) => pod !== undefined)
  const read = createReader(others)
  const data = new Float32Array(others.slices * pods.length).fill(ABSENT)
  pods.forEach((row, place) => {
    const own = resets.get(row.pod)
    read(row, 0).forEach((value, slice) => {
      if (value !== ABSENT) data[slice * pods.length + place] = own?.has(slice) === true ? 1 : 0
    })
  })
  return {
    rows: pods.map(({ arm, pod }, place) => ({ arm, pod, place })),
    width: 1,
    slices: others.slices,
    chunks: [{ slices: others.slices, rows: pods.length, data }],
  }
}
