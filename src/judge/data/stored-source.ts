import type { Recording } from '../../engine/model/recording.ts'
import type { MetricSource, VerdictStore } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import { type JudgeRequest, paramsOf } from '../model/judge-request.ts'
import { sliceMs } from '../runs/open-step.ts'
import { soonestSettledMs } from './judge-data.ts'
import type { RunAndSteps } from '../runs/by-looks.ts'
import { recordingUntil } from './recording-until.ts'

interface PastLook extends RunAndSteps {
  readonly params: Readonly<Record<string, string>>
}

/**
 * Answers a look at the past from a recording that this look or a later one has kept: the data that were judged, even
 * if Prometheus has lost them. Undefined where no kept recording reaches that far, or where the look asks for other
 * data.
 */
export async function storedSource(
  request: JudgeRequest,
  look: PastLook,
  deadline: Deadline,
  store: () => VerdictStore,
): Promise<MetricSource | undefined> {
  const { at } = request
  const { closedAt, lastLookAt } = look.run
  if (at === undefined || !isSameQuestion(request, look)) return undefined
  if (closedAt === undefined && at > lastLookAt) return undefined
  try {
    const recording = await deadline.within(
      keptUntil(at - soonestSettledMs, look, store()),
      deadline.leftMs() / 3,
    )
    return recording && { fetch: async () => recording, close: async () => undefined }
  } catch {
    // the source can be asked instead
    return undefined
  }
}

function isSameQuestion(request: JudgeRequest, { run, inForce, params }: PastLook): boolean {
  const sameParams = request.params === undefined || isEqual(params, paramsOf(undefined, run))
  const { stableRevision = run.stableRevision } = request
  return inForce.digest === run.policyDigest && sameParams && stableRevision === run.stableRevision
}

function isEqual(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

const candidates = 10

/**
 * The recording, cut after the last slice that had ended by then. It takes the shortest one, which has the fewest
 * later pods.
 */
async function keptUntil(
  ms: number,
  { run, inForce }: PastLook,
  store: VerdictStore,
): Promise<Recording | undefined> {
  const at = ms - sliceMs(inForce.policy)
  for (const { recordingDigest } of await store.listEvidence(run.id, { at, limit: candidates })) {
    const recording = recordingDigest === undefined ? undefined : await store.loadRecording(recordingDigest)
    const last = recording === undefined ? -1 : lastSliceBy(ms, recording)
    if (recording === undefined || last < 0 || last >= recording.slices) continue
    if ((recording.problems ?? []).some(({ code }) => code.startsWith('source-'))) continue
    return recordingUntil(recording, last)
  }
  return undefined
}

/** The last slice that had ended by then. */
function lastSliceBy(ms: number, { start, sliceSeconds }: Recording): number {
  return Math.floor((ms - Date.parse(start)) / (sliceSeconds * 1000)) - 1
}
