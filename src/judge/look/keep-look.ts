import { mostSamples } from '../../engine/model/data-columns.ts'
import { AppError } from '../../errors.ts'
import { policyToYaml } from '../../formats/policy/policy-to-yaml.ts'
import type { CutRecording, QueuedWrite, Run, Step, VerdictStore } from '../ports/ports.ts'
import type { Conclusion } from '../answer/build-judgement.ts'
import type { RunChange } from '../history/run-history.ts'

export interface ToKeep extends Conclusion {
  /** Whether the run and its steps are missing in the store, as far as this process knows. */
  readonly unsaved: boolean
  readonly change?: RunChange
  /** The recording in its pieces, where it came with the request. */
  readonly cut?: CutRecording
  /** The step that passed with this look. */
  readonly passed?: Step
}

export interface WriteOptions {
  /** Whether the answer was sent before the write was done. */
  readonly answered: () => boolean
}

/** Everything that a look writes, as one write that may be done twice. */
export function writeOfLook(look: ToKeep, store: () => VerdictStore, options: WriteOptions): QueuedWrite {
  return {
    what: `verdict ${look.stored.id} of run ${look.run.id}`,
    bytes: bytesOf(look),
    run: () => write(look, store(), options),
  }
}

async function write(look: ToKeep, store: VerdictStore, { answered }: WriteOptions): Promise<void> {
  const run = look.unsaved ? await ensureRun(look, store) : look.run
  const steps = look.unsaved ? look.steps : []
  for (const step of look.passed === undefined ? steps : [...steps, look.passed]) {
    await store.saveStep({ ...step, runId: run.id })
  }
  const recording = look.cut ?? look.recording
  if (recording !== undefined) await store.saveRecording(run.id, recording)
  const { stored } = look
  // The history shows the answer as the controller got it: a row written after the answer says that it was not kept then.
  const body = answered() ? { ...stored.body, kept: false } : stored.body
  await store.saveVerdict({ ...stored, runId: run.id, body })
  if (look.change !== undefined) await store.updateRun(run.id, look.change)
}

/**
 * The run under which the look is kept: another replica may have opened one while this replica could not reach the
 * store.
 */
async function ensureRun({ run, inForce }: ToKeep, store: VerdictStore): Promise<Run> {
  const known = await store.getRun(run.id)
  if (known !== undefined) return known
  await store.savePolicy(inForce.digest, policyToYaml(inForce.policy))
  try {
    return (await store.openRun(run)).run
  } catch (error) {
    // another replica opened and closed it in between
    const same =
      error instanceof AppError && error.code === 'conflict' ? await store.getRun(run.id) : undefined
    if (same === undefined) throw error
    return same
  }
}

const bytesPerSample = 10
const bytesPerMetric = 400

/** About how much memory it holds while it waits. */
function bytesOf({ recording, cut, verdict }: ToKeep): number {
  const texts = [...(cut?.chunks.values() ?? [])]
  const about = texts.reduce((sum, text) => sum + text.length, 2000 + bytesPerMetric * verdict.metrics.length)
  return recording === undefined ? about : about + bytesPerSample * mostSamples(recording)
}
