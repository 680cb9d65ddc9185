import { appendFile, readFile, truncate } from 'node:fs/promises'
import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import { parseRecording } from '../../formats/recording/parse-recording.ts'
import { recordingToJson } from '../../formats/recording/recording-to-json.ts'
import { messageOf } from '../message-of.ts'

/** Recordings in a file, one a line, as `replay` reads them; an interrupted command goes on where it was. */
export interface SavedRecordings {
  find(id: string): Recording | undefined
  add(recording: Recording): Promise<void>
}

/** How the line of a recording begins. */
const head = '{"format":"canary-judge/recording/'

/** Without a file nothing is saved. */
export async function openSavedRecordings(path: string | undefined): Promise<SavedRecordings> {
  if (path === undefined) return { find: () => undefined, add: () => Promise.resolve() }
  const text = await readText(path)
  const saved = new Map<string, Recording>()
  // the last line of an interrupted command may be half a line
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  for (const [i, line] of whole.split('\n').entries()) {
    if (line === '') continue
    const recording = parseLine(line, `${path}:${i + 1}`)
    if (recording.id !== undefined) saved.set(recording.id, recording)
  }
  const rest = text.slice(whole.length)
  if (rest !== '') {
    if (!rest.startsWith(head.slice(0, rest.length))) parseLine(rest, `the last line of ${path}`)
    await truncate(path, Buffer.byteLength(whole))
  }
  await add(path, '')
  return {
    find: (id) => saved.get(id),
    add: (recording) => add(path, `${JSON.stringify(recordingToJson(recording))}\n`),
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw unusable(error)
  }
}

async function add(path: string, text: string): Promise<void> {
  try {
    await appendFile(path, text)
  } catch (error) {
    throw unusable(error)
  }
}

const unusable = (cause: unknown): AppError =>
  new AppError('bad-request', `--save: expected a file to write to: ${messageOf(cause)}`, { cause })

function parseLine(line: string, place: string): Recording {
  try {
    return parseRecording(JSON.parse(line))
  } catch (error) {
    throw new AppError('invalid-recording', `${place}: expected a recording: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
