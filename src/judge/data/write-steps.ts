import type { RecordedStep, Recording } from '../../engine/model/recording.ts'
import { type Absence, canaryAbsence } from './canary-absence.ts'
import type { Run, Step } from '../ports/ports.ts'

export interface WrittenSteps {
  readonly recording: Recording
  /** Which step of the run each step of the recording is. */
  readonly steps: readonly Step[]
}

/**
 * Writes the steps that had begun by the recording's end into it. The latest step begins anew when the canary comes back
 * after it was gone, so that no step ends, and no hold runs out, by time without a canary.
 */
export function writeSteps(recording: Recording, run: Run, steps: readonly Step[]): WrittenSteps {
  const { gates: _gates, steps: _steps, ...bare } = recording
  const begun: Begun[] = []
  for (const step of steps.toSorted((a, b) => a.startedAt - b.startedAt || a.index - b.index)) {
    const earliest = begun.at(-1)?.recorded.slice
    const slice = Math.max(
      sliceAt(recording, step.startedAt),
      recording.rolloutStart,
      earliest === undefined ? 0 : earliest + 1,
    )
    if (slice >= recording.slices) break
    const ends = Math.max(sliceAt(recording, step.endsAt), slice + 1)
    // without a known weight the next weight is 100, as the engine assumes
    const recorded = { slice, ends, weight: step.weight ?? 0, next: step.next ?? 100 }
    begun.push({ step, recorded })
  }
  const absence = canaryAbsence(recording)
  const last = begun.pop()
  if (last !== undefined) begun.push(absence === undefined ? last : beginAnew(last, absence, recording))
  const gates = run.gates ?? (begun.length > 0 ? begun.length : undefined)
  return {
    recording: {
      ...bare,
      ...(gates !== undefined && { gates }),
      ...(begun.length > 0 && { steps: begun.map(({ recorded }) => recorded) }),
    },
    steps: begun.map(({ step }) => step),
  }
}

interface Begun {
  readonly step: Step
  readonly recorded: RecordedStep
}

/** Drops the pass that the step had before, because it was a pass of the canary that is gone. */
function beginAnew(begun: Begun, { until }: Absence, recording: Recording): Begun {
  const { step, recorded } = begun
  if (until === undefined) {
    return { ...begun, recorded: { ...recorded, ends: Math.max(recorded.ends, recording.slices + 1) } }
  }
  if (recorded.slice >= until) return begun
  const { passedAt: _passedAt, ...others } = step
  const lasts = recorded.ends - recorded.slice
  const startedAt = Date.parse(recording.start) + until * recording.sliceSeconds * 1000
  return {
    step: { ...others, startedAt, endsAt: startedAt + lasts * recording.sliceSeconds * 1000 },
    recorded: { ...recorded, slice: until, ends: until + lasts },
  }
}

/** The first slice that begins at this time or later. */
function sliceAt({ start, sliceSeconds }: Recording, ms: number): number {
  return Math.ceil((ms - Date.parse(start)) / (sliceSeconds * 1000))
}
