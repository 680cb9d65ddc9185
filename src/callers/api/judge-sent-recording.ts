import type { z } from 'zod'
import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import { parseRecording } from '../../formats/recording/parse-recording.ts'
import { decodeUtf8 } from '../../http/body/decode-text.ts'
import { parseJson } from '../../http/body/parse-json.ts'
import { checkInput } from '../../http/request/check-input.ts'
import { judgeRecording, type PoliciesNow, pickPolicy, type RecordingLook } from '../../judge/judge.ts'
import type { RecordingRequest } from '../../judge/model/judge-request.ts'
import type { CutRecording } from '../../judge/ports/ports.ts'
import { checkRevisions, refuse } from './check-judge-body.ts'
import { judgeRequestSchema } from './judge-schemas.ts'

/** A body of `POST /v1/judge` that has a recording or is too large to parse here, and what its judgement needs. */
export interface SentRecording {
  readonly bytes: Uint8Array
  readonly maxJsonDepth: number
  /** The largest body without a recording. */
  readonly maxBodyBytes: number
  readonly policies: PoliciesNow
  readonly now: number
  readonly linkBase: string
}

/** Parses and judges the body. It runs in a thread of its own, because every part may take long. */
export async function judgeSentRecording(
  sent: SentRecording,
  cut: (recording: Recording) => Promise<CutRecording>,
): Promise<RecordingLook> {
  const { bytes, policies } = sent
  const value = parseJson(decodeUtf8(bytes), sent.maxJsonDepth)
  if (!hasRecording(value) && bytes.length > sent.maxBodyBytes) {
    const message = `expected a body of at most ${sent.maxBodyBytes} bytes without a recording, got ${bytes.length}`
    throw new AppError('body-too-large', message)
  }
  const body = checkInput(judgeRequestSchema, value, 'body')
  checkRevisions(body)
  const request = recordingRequest(body, parseRecording(body.recording))
  return judgeRecording(request, {
    policies: { defaultName: policies.defaultName, get: (name) => pickPolicy(policies, name) },
    clock: { now: () => sent.now },
    cut,
    linkBase: () => sent.linkBase,
  })
}

export const hasRecording = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'recording' in value && value.recording !== undefined

function recordingRequest(
  body: z.output<typeof judgeRequestSchema>,
  recording: RecordingRequest['recording'],
): RecordingRequest {
  const { policy, namespace = 'recordings', name = recording.id ?? 'recording', canary, stable, at } = body
  refuse(
    (['params', 'labels', 'step', 'start', 'keep'] as const)
      .filter((key) => body[key] !== undefined)
      .map((path) => ({
        path,
        message: `expected nothing beside a recording, which ${path === 'keep' ? 'is always kept' : 'says it itself'}`,
      })),
  )
  return {
    namespace,
    name,
    revision: canary?.revision ?? 'canary',
    ...(stable !== undefined && { stableRevision: stable.revision }),
    ...(policy !== undefined && { policy }),
    recording,
    ...(at !== undefined && { at }),
  }
}
