import { judgeSentRecording, type SentRecording } from '../../callers/api/judge-sent-recording.ts'
import { AppError, type AppErrorCode, type FieldIssue } from '../../errors.ts'
import type { BasePolicies } from '../../formats/policy/extend-policy.ts'
import type { ParsedPolicy } from '../../formats/policy/parse-policy.ts'
import {
  type Analysis,
  createLookMemory,
  judgeData,
  type LookData,
  type RecordingLook,
} from '../../judge/judge.ts'
import { assembleRecording } from '../../sources/recording/assemble-recording.ts'
import { describedService, type MetricForecast, planRollout } from '../../engine/index.ts'
import { cutRecording } from '../../store/recordings/cut-recording.ts'
import { unpackRecording } from '../../store/recordings/unpack-recording.ts'
import { recordingToJson } from '../../formats/recording/recording-to-json.ts'
import type { PackedRecording } from '../../judge/ports/ports.ts'
import type { PlanRequest } from '../../web/reading/read-plan.ts'
import { readPolicy } from '../reload/read-policy.ts'

/** Work that takes longer than a short JSON body, and has a thread of its own. */
export type BodyTask =
  | { readonly kind: 'judge'; readonly sent: SentRecording }
  | { readonly kind: 'policy'; readonly text: string; readonly bases: BasePolicies }
  | { readonly kind: 'recording'; readonly packed: PackedRecording }
  | { readonly kind: 'look'; readonly look: LookData }
  | { readonly kind: 'plan'; readonly request: PlanRequest }

export type BodyReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'judge'; readonly look: RecordingLook }
  | { readonly kind: 'policy'; readonly parsed: ParsedPolicy }
  | { readonly kind: 'recording'; readonly json: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'look'; readonly analysis: Analysis }
  | { readonly kind: 'plan'; readonly metrics: readonly MetricForecast[] }
  | { readonly kind: 'refused'; readonly error: SentError }
  | { readonly kind: 'broken'; readonly message: string; readonly stack: string }

/** An AppError in the form in which it is sent between threads. */
interface SentError {
  readonly code: AppErrorCode
  readonly message: string
  readonly issues: readonly FieldIssue[]
}

export async function runBodyTask(task: BodyTask): Promise<BodyReply> {
  try {
    if (task.kind === 'policy')
      return { kind: 'policy', parsed: readPolicy(task.text, undefined, task.bases) }
    if (task.kind === 'look') return { kind: 'look', analysis: await analysisOf(task.look) }
    if (task.kind === 'plan') return { kind: 'plan', metrics: forecastOf(task.request) }
    if (task.kind === 'recording') return { kind: 'recording', json: await jsonOf(task.packed) }
    return { kind: 'judge', look: await judgeSentRecording(task.sent, cutRecording) }
  } catch (error) {
    if (error instanceof AppError) {
      const { code, message, issues } = error
      return { kind: 'refused', error: { code, message, issues } }
    }
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
    return { kind: 'broken', message, stack }
  }
}

const forecastOf = ({ numbers, policy, stages }: PlanRequest): readonly MetricForecast[] =>
  planRollout(describedService(numbers, policy), policy, stages)

async function jsonOf(packed: PackedRecording): Promise<Uint8Array<ArrayBuffer>> {
  return new TextEncoder().encode(JSON.stringify(recordingToJson(await unpackRecording(packed))))
}

async function analysisOf({ data, ...by }: LookData): Promise<Analysis> {
  const { recording, ...judged } = judgeData('format' in data ? data : assembleRecording(data), by, memory)
  return { ...judged, cut: await cutRecording(recording) }
}

/** Of the looks of this thread. */
const memory = createLookMemory()
