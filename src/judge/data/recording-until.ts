import { upTo } from '../../engine/model/up-to.ts'
import type { RecordedStep, Recording } from '../../engine/model/recording.ts'

/**
 * What a source would have recorded after slice `at`: without later samples and steps, but with the same length of the
 * plan.
 */
export function recordingUntil(recording: Recording, at: number): Recording {
  const slices = at + 1
  if (slices >= recording.slices) return recording
  const { steps, gates } = recording
  return {
    ...upTo(recording, at),
    rolloutStart: Math.min(recording.rolloutStart, slices),
    ...(steps !== undefined && {
      steps: withNext(steps).filter(({ slice }) => slice < slices),
      // without `gates` their number would depend on how many steps have begun
      gates: gates ?? Math.max(steps.length, 1),
    }),
  }
}

/** Writes the next weight into each step, because the margin depends on it and the next step may be cut off. */
function withNext(steps: readonly RecordedStep[]): readonly RecordedStep[] {
  return steps.map((step, i) => {
    const next = step.next ?? steps[i + 1]?.weight
    return next === undefined ? step : { ...step, next }
  })
}
