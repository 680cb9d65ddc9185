import { analyze } from '../../engine/index.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import type { Clock, CutRecording, PolicyLibrary, Run } from '../ports/ports.ts'
import { buildJudgement, type Conclusion } from '../answer/build-judgement.ts'
import { runId } from '../runs/identities.ts'
import type { RecordingRequest } from '../model/judge-request.ts'
import { type ActivePolicy } from '../model/active-policy.ts'
import { policyOfRecording } from '../policies/policy-of-recording.ts'
import { recordingUntil } from '../data/recording-until.ts'

export interface RecordingDeps {
  readonly policies: Pick<PolicyLibrary, 'get' | 'defaultName'>
  readonly clock: Clock
  readonly cut: (recording: Recording) => Promise<CutRecording>
  readonly linkBase: () => string
}

/** The recording itself stays in the thread that judged it, because it is too large to be copied. */
export interface RecordingLook extends Omit<Conclusion, 'recording'> {
  readonly cut: CutRecording
}

/** Judges the data that came with the request. Its run is closed from the start: there are no decisions on it. */
export async function judgeRecording(request: RecordingRequest, deps: RecordingDeps): Promise<RecordingLook> {
  const recording = recordingUntil(request.recording, lastSlice(request))
  const inForce = policyOfRecording(request.policy, recording, deps.policies)
  const verdict = analyze(recording, inForce.policy)
  const at = Date.parse(verdict.window.to)
  const cut = await deps.cut(recording)
  const look = buildJudgement({
    run: runOfRecording(request, inForce, at, deps.clock.now()),
    steps: [],
    inForce,
    recordingDigest: cut.digest,
    verdict,
    decisions: [],
    changedBy: [],
    at,
    createdAt: deps.clock.now(),
    linkBase: deps.linkBase(),
  })
  return { ...look, cut }
}

function lastSlice({ recording, at }: RecordingRequest): number {
  const last = recording.slices - 1
  if (last < 0) throw outside('recording.slices', 'expected at least 1 slice, got 0')
  if (at === undefined) return last
  const slice =
    'slice' in at ? at.slice : Math.floor((at.ms - startOf(recording)) / (recording.sliceSeconds * 1000)) - 1
  if (slice >= 0 && slice <= last) return slice
  const got = 'slice' in at ? String(at.slice) : new Date(at.ms).toISOString()
  const expected =
    'slice' in at
      ? `a slice of the recording from 0 to ${last}`
      : `a moment from the end of its first slice (${endOf(recording, 0)}) to its end (${endOf(recording, last)})`
  // a time within the slice after the last one still means the last look
  if ('ms' in at && slice === last + 1) return last
  throw outside('at', `expected ${expected}, got ${got}`)
}

const startOf = (recording: Recording): number => Date.parse(recording.start)
const endOf = (recording: Recording, slice: number): string =>
  new Date(startOf(recording) + (slice + 1) * recording.sliceSeconds * 1000).toISOString()

const outside = (path: string, message: string): AppError =>
  new AppError('unprocessable', `${path}: ${message}`, { issues: [{ path, message }] })

/** The same rollout is the same run, however long its recording is. */
function runOfRecording(request: RecordingRequest, inForce: ActivePolicy, at: number, now: number): Run {
  const { namespace, name, revision, stableRevision, recording } = request
  const start = startOf(recording) + recording.rolloutStart * recording.sliceSeconds * 1000
  const source = 'recording'
  const salt = JSON.stringify([recording.id, recording.sliceSeconds])
  return {
    id: runId({ source, namespace, name, revision, start, salt }),
    source,
    namespace,
    name,
    revision,
    ...(stableRevision !== undefined && { stableRevision }),
    policy: inForce.policy.name,
    policyDigest: inForce.digest,
    start,
    openedAt: now,
    lastLookAt: at,
    closedAt: now,
    ...(recording.gates !== undefined && { gates: recording.gates }),
    ending: 'recording',
  }
}
