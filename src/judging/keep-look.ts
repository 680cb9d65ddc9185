import { AppError } from '../app-error.ts'
import type { QueuedWrite, Run, VerdictStore } from '../ports.ts'
import type { Conclusion } from './conclude-look.ts'

/** Everything a look leaves behind, as one write that may be done twice. */
export function writeOfLook(look: Conclusion, store: () => VerdictStore): QueuedWrite {
  return {
    what: `verdict ${look.stored.id} of run ${look.run.id}`,
    bytes: bytesOf(look),
    run: () => write(look, store()),
  }
}

async function write(look: Conclusion, store: VerdictStore): Promise<void> {
  const run = await ensureRun(look.run, store)
  for (const step of look.steps) await store.saveStep({ ...step, runId: run.id })
  if (look.recording !== undefined) await store.saveRecording(run.id, look.recording)
  await store.saveVerdict({ ...look.stored, runId: run.id })
}

/** The run under which it is kept: another replica may have opened one while the store was away from us. */
async function ensureRun(run: Run, store: VerdictStore): Promise<Run> {
  const known = await store.getRun(run.id)
  if (known !== undefined) return known
  try {
    return (await store.openRun(run)).run
  } catch (error) {
    // Somebody opened and closed it in between.
    const same =
      error instanceof AppError && error.code === 'conflict' ? await store.getRun(run.id) : undefined
    if (same === undefined) throw error
    return same
  }
}

const bytesPerSample = 10
const bytesPerMetric = 400

/** About what it holds in memory while it waits. */
function bytesOf({ recording, verdict }: Conclusion): number {
  const about = 2000 + bytesPerMetric * verdict.metrics.length
  if (recording === undefined) return about
  const rows = Object.values(recording.metrics).reduce(
    (sum, data) => sum + (data.kind === 'latency' ? data.bounds.length + 1 : 2) * recording.pods.length,
    0,
  )
  return about + bytesPerSample * rows * recording.slices
}
