import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import type { Random } from '../../../src/simulate/random.ts'
import { uniform } from '../../../src/simulate/random.ts'

/** The counts of a stable pod as the engine reads them. */
export function podRow(events: readonly number[], requests: readonly number[]): PodCounts {
  return {
    name: 'pod',
    arm: 'stable',
    aggregate: false,
    events: Float64Array.from(events),
    requests: Float64Array.from(requests),
    sampled: new Float64Array(events.length).fill(1),
  }
}

/** Pods of uneven health and traffic; without requests there are no events. */
export function unlikePods(
  random: Random,
  pods: number,
  slices: number,
  requestsOf: (pod: number, slice: number) => number,
): readonly PodCounts[] {
  return Array.from({ length: pods }, (_, j) => {
    const requests = Array.from({ length: slices }, (_slice, t) => requestsOf(j, t))
    return podRow(
      requests.map((n) => n * (0.02 + 0.01 * j) * (0.5 + uniform(random))),
      requests,
    )
  })
}
