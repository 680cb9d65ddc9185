import { isAscii } from 'node:buffer'
import { AppError } from '../../errors.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { parseRecording } from '../../formats/recording/parse-recording.ts'
import type { Streams } from '../command.ts'
import { messageOf } from '../message-of.ts'
import { plain, plainJson } from '../plain.ts'
import { progress } from '../progress.ts'
import { readLines, type Line } from './read-lines.ts'
import { type Engine, type Replayed, replayRecording } from './replay-recording.ts'
import { tableHead, toErrorRow, toTableRow } from './replay-table.ts'
import { createWriter } from '../writer.ts'

export interface ReplayOptions {
  readonly policy: Policy
  readonly engine: Engine
  readonly allLooks: boolean
  readonly table: boolean
  /** Longest line in bytes. */
  readonly lineLimit?: number
}

type Result = { readonly line: number; readonly replayed: Replayed } | BadLine

interface BadLine {
  readonly line: number
  readonly id?: string | number
  readonly error: string
}

const defaultLineLimit = 256 * 1024 * 1024

/**
 * Replays one recording per line. Every line that is not blank gives one output line, in order. For a bad line it has
 * the line number and the error, which also goes to `errors`. Gives the exit code: 1 if a line was bad.
 */
export async function replay(options: ReplayOptions, { input, output, errors }: Streams): Promise<0 | 1> {
  const writer = createWriter(output)
  const shown = progress(errors)
  let bad = 0
  let done = 0
  if (options.table) await writer.write(`${tableHead}\n`)
  for await (const line of readLines(input, options.lineLimit ?? defaultLineLimit)) {
    const result = replayLine(line, options)
    done += 1
    if ('error' in result) {
      bad += 1
      shown.clear()
      errors.write(`line ${result.line}: ${plain(result.error)}\n`)
    }
    const written = await writer.write(`${options.table ? toRow(result) : toJson(result)}\n`)
    // the reader has closed the pipe, as `| head` does, which is no failure
    if (!written) break
    shown.show(done, bad)
  }
  shown.clear()
  return bad > 0 ? 1 : 0
}

function replayLine({ number, bytes }: Line, options: ReplayOptions): Result {
  let id: string | number | undefined
  try {
    if (bytes === undefined) {
      const limit = options.lineLimit ?? defaultLineLimit
      throw new AppError('invalid-recording', `expected a line of at most ${limit} bytes, got a longer one`)
    }
    const value = parseJson(bytes)
    id = idOf(value)
    const replayed = replayRecording(parseRecording(withTextId(value)), options)
    return { line: number, replayed: { ...replayed, id: id ?? null } }
  } catch (error) {
    return { line: number, ...(id === undefined ? {} : { id }), error: explain(error) }
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(toText(bytes))
  } catch (error) {
    throw new AppError(
      'bad-json',
      `expected one JSON document in UTF-8 a line, as jq -c writes it: ${messageOf(error)}`,
      {
        cause: error,
      },
    )
  }
}

/** Most lines are plain ASCII, which needs no decoding. */
function toText(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function idOf(value: unknown): string | number | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
  if (typeof value.id === 'number') return value.id
  return typeof value.id === 'string' ? value.id.slice(0, 200) : undefined
}

/** Accepts ids that are numbers or null, and returns them unchanged. */
function withTextId(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('id' in value)) return value
  const { id, ...rest } = value
  return typeof id === 'number' || id === null ? rest : value
}

/**
 * Describes any failure, so that a recording on which the engine fails is a bad line and the rest is still replayed.
 */
function explain(error: unknown): string {
  return error instanceof AppError ? error.message : `internal error: ${messageOf(error)}`
}

function toJson(result: Result): string {
  return plainJson('error' in result ? result : result.replayed)
}

function toRow(result: Result): string {
  return 'error' in result
    ? toErrorRow(result.id, result.line, result.error)
    : toTableRow(result.replayed, result.line)
}
