import { upTo } from '../../engine/model/up-to.ts'
import type { RecordedStep, Recording } from '../../engine/model/recording.ts'

/** What a source would have recorded after slice `at`: later samples and steps are cut off, the plan's length stays. */
export function recordingUntil(recording: Recording, at: number): Recording {
  const slices = at + 1
  if (slices >= recording.slices) return recording
  const { steps, gates } = recording
  return {
    ...upTo(recording, at),
    rolloutStart: Math.min(recording.rolloutStart, slices),
    ...(steps !== undefined && {
      steps: withNext(steps).filter(({ slice }) => slice < slices),
      // Without it the number of gates would depend on how many steps have begun.
      gates: gates ?? Math.max(steps.length, 1),
    }),
  }
}

/** A step's margin depends on the weight that follows, which a step that is cut off would take with it. */
function withNext(steps: readonly RecordedStep[]): readonly RecordedStep[] {
  return steps.map((step, i) => {
    const next = step.next ?? steps[i + 1]?.weight
    return next === undefined ? step : { ...step, next }
  })
}
