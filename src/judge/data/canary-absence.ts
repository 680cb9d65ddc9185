import { dataColumns } from '../../engine/model/data-columns.ts'
import type { Arm, MetricData, PodSeries, Recording } from '../../engine/model/recording.ts'

/** When the canary was last gone: slices of the recording. */
export interface Absence {
  readonly from: number
  /** The slice at which it was there again; undefined = it is still gone. */
  readonly until: number | undefined
}

/** The shortest absence: a pod that is replaced is away for less. */
const leastSeconds = 180

/**
 * The last time that the canary was gone after it had been there, while stable was there: it was removed, for example by
 * an abort, and came back. Where both are missing the source was away, which says nothing about the canary.
 */
export function canaryAbsence(recording: Recording): Absence | undefined {
  const canary = presence(recording, 'canary')
  let stable: Uint8Array | undefined
  const least = Math.ceil(leastSeconds / recording.sliceSeconds)
  const first = canary.indexOf(1, recording.rolloutStart)
  if (first < 0) return undefined
  let end = canary.lastIndexOf(1)
  if (wasGone(end + 1, recording.slices)) return { from: end + 1, until: undefined }
  while (end > first) {
    const before = canary.lastIndexOf(1, end - 1)
    if (wasGone(before + 1, end)) return { from: before + 1, until: end }
    end = before
  }
  return undefined

  function wasGone(from: number, until: number): boolean {
    if (until - from < least) return false
    stable ??= presence(recording, 'stable')
    return stable.subarray(from, until).includes(1)
  }
}

/** 1 in every slice in which a pod of the arm has any sample. */
function presence({ pods, metrics, slices }: Recording, arm: Arm): Uint8Array {
  const there = new Uint8Array(slices)
  for (const data of Object.values(metrics)) {
    for (const [i, pod] of pods.entries()) {
      const row = (pod.arm === arm ? totalsOf(data)[i] : undefined) ?? []
      for (const [slice, sample] of row.entries()) {
        if (sample !== null) there[slice] = 1
      }
    }
  }
  return there
}

/** The column that has a sample wherever the pod was there. */
function totalsOf(data: MetricData): readonly PodSeries[] {
  return data.kind === 'latency' ? data.total : (dataColumns(data).at(-1) ?? [])
}
