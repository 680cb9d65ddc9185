import { createReadStream } from 'node:fs'
import type { Environment } from '../../app/config/config.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import { parseRecording } from '../../formats/recording/parse-recording.ts'
import type { Surroundings } from '../command.ts'
import { messageOf } from '../message-of.ts'
import { openPastService } from '../past/past-service.ts'
import type { PastFlags } from '../past/past-flags.ts'
import { openSavedRecordings } from '../past/saved-recordings.ts'
import { statusLine } from '../past/status-line.ts'
import { plain, plainJson } from '../plain.ts'
import { readPolicyAndWarn } from '../read-policy-file.ts'
import { readLines } from '../replay/read-lines.ts'
import { parseStages } from '../stages.ts'
import { createWriter } from '../writer.ts'
import { judgeAgainst, readThresholds } from './against/against.ts'
import { backtestConclusion, backtestHead, type BacktestLine, toBacktestRow } from './backtest-text.ts'
import { judgePast } from './judge-past.ts'
import { pastRollouts, type PastRollout } from './past-rollouts.ts'

export type BacktestFlags = Partial<PastFlags> &
  Pick<PastFlags, 'policy' | 'since'> & {
    readonly against?: readonly string[]
    readonly arg?: Readonly<Record<string, string>>
  }

interface BacktestSurroundings extends Surroundings {
  readonly env: Environment
  readonly now: number
}

type Found =
  | (PastRollout & Pick<BacktestLine, 'against'>)
  | { readonly recording: PastRollout['recording'] }
  | { readonly error: string }

/** Judges past rollouts; gives the exit code: 1 if one of them could not be read. */
export async function runBacktest(
  files: readonly string[],
  flags: BacktestFlags,
  surroundings: BacktestSurroundings,
): Promise<0 | 1> {
  const { engine, output, errors, env } = surroundings
  if (files.length > 0 && flags.against !== undefined)
    throw new AppError('bad-request', '--against needs Prometheus: expected no files with recordings')
  const policy = await readPolicyAndWarn(flags.policy, { env, config: flags.config }, errors)
  const writer = createWriter(output)
  const status = statusLine(errors)
  const lines: BacktestLine[] = []
  const leftOut = new Set<string>()
  let bad = 0
  const found = files.length > 0 ? fromFiles(files) : fromPrometheus(policy, flags, surroundings)
  for await (const one of found) {
    status.clear()
    if ('error' in one) {
      bad += 1
      errors.write(`${plain(one.error)}\n`)
      continue
    }
    if (flags.json !== true && lines.length === 0) await writer.write(`${backtestHead}\n`)
    const { recording, ...rest } = one
    const line = { ...rest, ...judgePast(recording, policy, engine) }
    lines.push(line)
    for (const text of leftOutTexts(line).filter((each) => !leftOut.has(each))) {
      leftOut.add(text)
      errors.write(`${plain(text)}\n`)
    }
    // the reader has closed the pipe, as `| head` does
    if (!(await writer.write(`${flags.json === true ? plainJson(line) : toBacktestRow(line)}\n`))) return 0
  }
  status.clear()
  if (flags.json !== true) await writer.write(`${lines.length > 0 ? '\n' : ''}${backtestConclusion(lines)}\n`)
  return bad > 0 ? 1 : 0
}

const leftOutTexts = ({ against = [] }: BacktestLine): readonly string[] =>
  against.flatMap((one) =>
    one.leftOut.map(({ metric, why }) => `${one.name}: ${metric} is not evaluated: ${why}`),
  )

async function* fromPrometheus(
  policy: Policy,
  flags: BacktestFlags,
  { input, errors, env, now }: BacktestSurroundings,
): AsyncGenerator<Found> {
  const asked = pastFlags(flags)
  const stages = flags.stages === undefined ? undefined : parseStages(flags.stages)
  const thresholds = await readThresholds(flags.against ?? [], input)
  const saved = await openSavedRecordings(flags.save)
  const past = await openPastService(policy, asked, env)
  try {
    const to = flags.until ?? now
    const span = { from: to - flags.since * 1000, to }
    const note = (text: string): void => void errors.write(`${plain(text)}\n`)
    const deps = { past, saved, status: statusLine(errors), note }
    const found = pastRollouts(asked, span, stages, deps)
    for await (const rollout of found) {
      const against = await judgeAgainst(thresholds, rollout, { ...asked, arg: flags.arg }, past)
      yield { ...rollout, ...(against.length > 0 && { against }) }
    }
  } finally {
    await past.close()
  }
}

function pastFlags(flags: BacktestFlags): PastFlags {
  const { namespace, name } = flags
  if (namespace !== undefined && name !== undefined) return { ...flags, namespace, name }
  throw new AppError('bad-request', 'expected files with recordings, or --namespace and --name of a workload')
}

const lineLimit = 256 * 1024 * 1024

async function* fromFiles(files: readonly string[]): AsyncGenerator<Found> {
  for (const file of files) {
    let count = 0
    try {
      for await (const { number, bytes } of readLines(createReadStream(file), lineLimit)) {
        count += 1
        yield readRecording(bytes, `${file}:${number}`)
      }
      if (count === 0) yield { error: `${file}: expected recordings, one a line, got none` }
    } catch (error) {
      yield { error: `${file}: expected a readable file: ${messageOf(error)}` }
    }
  }
}

function readRecording(bytes: Buffer | undefined, place: string): Found {
  try {
    if (bytes === undefined)
      throw new AppError('invalid-recording', `expected a line of at most ${lineLimit} bytes`)
    return { recording: parseRecording(parseJson(bytes.toString('utf8'))) }
  } catch (error) {
    return { error: `${place}: ${messageOf(error)}` }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('bad-json', `expected one recording in JSON a line: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
