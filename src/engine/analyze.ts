import { decidePath } from './decision/decide-path.ts'
import { explain } from './explanation/explain.ts'
import { gatherEvidence } from './decision/gather.ts'
import type { HistoryMemory } from './noise/history-memory.ts'
import type { Policy } from './model/policy.ts'
import type { Recording } from './model/recording.ts'
import { upTo } from './model/up-to.ts'
import type { Verdict } from './model/verdict.ts'

/**
 * The verdict after slice `at` of the recording. It depends on the recording, the policy and `at` alone, without clock or
 * random numbers, so that any look can be repeated, replayed, or answered by another replica. `memory` only saves time.
 */
export function analyze(
  recording: Recording,
  policy: Policy,
  at: number = recording.slices - 1,
  memory?: HistoryMemory,
): Verdict {
  if (!Number.isInteger(at) || at < 0 || at >= recording.slices) {
    throw new RangeError(`expected "at" to be a slice from 0 to ${recording.slices - 1}, got ${at}`)
  }
  const run = gatherEvidence(upTo(recording, at), policy, at, memory)
  return explain(run, decidePath(run), at)
}
