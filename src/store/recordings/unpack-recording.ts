import { AppError } from '../../errors.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { PackedRecording } from '../../judge/ports/ports.ts'
import { unpackChunk } from './chunk-codec.ts'
import { joinRecording } from './join-recording.ts'

export async function unpackRecording({ manifest, chunks }: PackedRecording): Promise<Recording> {
  const texts = new Map<string, string>()
  for (const [digest, data] of chunks) texts.set(digest, await unpackChunk(digest, data))
  return joinRecording(manifest, (chunk) => {
    const text = texts.get(chunk)
    if (text === undefined) throw lost(chunk)
    return text
  })
}

const lost = (digest: string): AppError =>
  new AppError('internal', `a stored recording is damaged: chunk ${digest.slice(0, 12)} is missing`)
