import type { Complaints } from './check-matrices.ts'
import { toPathText } from '../mistakes/path.ts'
import type { RecordingInput } from './recording-schema.ts'

type Steps = NonNullable<RecordingInput['steps']>

/** Reports mistakes between fields that are correct by themselves. */
export function checkRecording(input: RecordingInput, complaints: Complaints): void {
  const { slices, rolloutStart, steps = [], pods } = input
  if (rolloutStart > slices) {
    complaints.add('rolloutStart', `expected at most slices (${slices}), got ${rolloutStart}`)
  }
  checkSteps(steps, input, complaints)
  checkPods(pods, complaints)
  for (const [name, metric] of Object.entries(input.metrics)) {
    const path = toPathText(['metrics', name])
    if (metric.kind !== 'latency') continue
    checkAscending(metric.bounds, `${path}.bounds`, complaints)
    if (metric.shape === undefined) continue
    const { bounds, above } = metric.shape
    checkAscending(bounds, `${path}.shape.bounds`, complaints)
    if (above.length !== bounds.length) {
      complaints.add(
        `${path}.shape.above`,
        `expected ${bounds.length} numbers, one for each of the bounds, got ${above.length}`,
      )
    }
  }
}

/** A step may begin before the planned end of the one before: an early pass moves on. */
function checkSteps(steps: Steps, input: RecordingInput, complaints: Complaints): void {
  let earliest = input.rolloutStart
  for (const [index, { slice, ends }] of steps.entries()) {
    const path = `steps[${index}]`
    if (slice < earliest) {
      const reason = index === 0 ? 'rolloutStart' : 'after the step before'
      complaints.add(`${path}.slice`, `expected at least ${earliest}, ${reason}, got ${slice}`)
    }
    if (slice > input.slices) {
      complaints.add(`${path}.slice`, `expected at most slices (${input.slices}), got ${slice}`)
    }
    if (ends <= slice) complaints.add(`${path}.ends`, `expected more than slice (${slice}), got ${ends}`)
    earliest = Math.max(earliest, slice + 1)
  }
}

function checkPods(pods: RecordingInput['pods'], complaints: Complaints): void {
  const names = new Map<string, number>()
  const aggregates = new Map<string, number>()
  for (const [index, { name, arm, aggregate }] of pods.entries()) {
    const same = names.get(name)
    if (same !== undefined) {
      complaints.add(`pods[${index}].name`, `expected a name of its own, got that of pods[${same}]`)
    }
    names.set(name, same ?? index)
    if (aggregate !== true) continue
    const other = aggregates.get(arm)
    if (other !== undefined) {
      complaints.add(
        `pods[${index}].aggregate`,
        `expected one aggregate for ${arm}, got one at pods[${other}] already`,
      )
    }
    aggregates.set(arm, other ?? index)
  }
}

function checkAscending(bounds: readonly number[], path: string, complaints: Complaints): void {
  const index = bounds.findIndex((bound, at) => at > 0 && bound <= (bounds[at - 1] ?? 0))
  if (index > 0) {
    complaints.add(
      `${path}[${index}]`,
      `expected more than the bound before (${bounds[index - 1]}), got ${bounds[index]}`,
    )
  }
}
