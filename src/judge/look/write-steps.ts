import type { RecordedStep, Recording } from '../../engine/model/recording.ts'
import type { Run, Step } from '../ports/ports.ts'

export interface WrittenSteps {
  readonly recording: Recording
  /** Which step of the run each step of the recording is. */
  readonly steps: readonly Step[]
}

/** Writes the steps that had begun by the recording's end into it. */
export function writeSteps(recording: Recording, run: Run, steps: readonly Step[]): WrittenSteps {
  const { gates: _gates, steps: _steps, ...bare } = recording
  const begun: { readonly step: Step; readonly recorded: RecordedStep }[] = []
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

/** The first slice that begins at this time or later. */
function sliceAt({ start, sliceSeconds }: Recording, ms: number): number {
  return Math.ceil((ms - Date.parse(start)) / (sliceSeconds * 1000))
}
