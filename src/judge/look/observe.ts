import type { HistoryMemory } from '../../engine/index.ts'
import { mostSamples } from '../../engine/model/data-columns.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import { inSpan } from '../../in-span.ts'
import type { CutRecording, Fetched, FetchedData, MetricSource, VerdictStore } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import { fetchLook } from '../data/fetch-look.ts'
import { judgeData, type JudgedData, type LookData, type Yardstick } from '../data/judge-data.ts'
import type { Observation } from './look-cache.ts'
import type { RunAndSteps } from '../runs/by-looks.ts'

export interface ObserveRequest extends RunAndSteps {
  readonly params: Readonly<Record<string, string>>
  readonly until: number
  readonly deadline: Deadline
}

export interface ObserveDeps {
  readonly source: MetricSource | undefined
  readonly digest: VerdictStore['digestRecording']
  readonly lookMemory: HistoryMemory
  readonly analyzeApart?: AnalyzeApart
}

/**
 * Judges the data of a look in another thread. Rejects with `overloaded` when it cannot begin in time, and with another
 * error when the thread is lost; then this thread does it.
 */
export type AnalyzeApart = (look: LookData, withinMs: number) => Promise<Analysis>

/** The recording stays in the other thread, because it is too large to be copied. */
export interface Analysis extends Omit<JudgedData, 'recording'> {
  readonly cut: CutRecording
}

/** A smaller recording takes a few milliseconds, which is not worth the way to another thread and back. */
const manySamples = 20_000

/** The time that must be left after fetching, for the analysis and for keeping the verdict. */
const reserveMs = 1500

/** The part of this time in which the verdict is kept. */
const keepMs = 500

/** Fetches the data of a look and has them judged. */
export async function observe(
  request: ObserveRequest,
  { source, ...deps }: ObserveDeps,
): Promise<Omit<Observation, 'data'>> {
  const { run, steps, inForce, params, until, deadline } = request
  const { policy } = inForce
  const reserve = Math.min(reserveMs, deadline.leftMs() / 2)
  const fetched = await inSpan('fetch', {}, () =>
    fetchLook(source, { policy, run, params, until }, deadline, reserve),
  )
  const slices = 'data' in fetched ? fetched.data.slices : fetched.slices
  return inSpan('analyze', { slices }, () => observationOf(fetched, { run, steps, policy }, deadline, deps))
}

async function observationOf(
  fetched: Recording | Fetched,
  by: Yardstick,
  deadline: Deadline,
  { digest, analyzeApart, lookMemory }: Omit<ObserveDeps, 'source'>,
): Promise<Omit<Observation, 'data'>> {
  const data = 'data' in fetched ? fetched.data : fetched
  if (analyzeApart !== undefined && samplesIn(data) > manySamples) {
    try {
      const judged = await analyzeApart({ ...by, data }, deadline.leftMs() - keepMs)
      return { ...judged, recordingDigest: judged.cut.digest, recording: undefined }
    } catch (error) {
      // doing it here would delay every other request
      if (error instanceof AppError && error.code === 'overloaded') throw error
    }
  }
  const judged = judgeData('data' in fetched ? fetched.recording() : fetched, by, lookMemory)
  return { ...judged, recordingDigest: await digest(judged.recording) }
}

/** How many samples there are at most. */
function samplesIn(data: Recording | FetchedData): number {
  if ('format' in data) return mostSamples(data)
  const rows = data.metrics.map(({ counts, parts }) => counts.rows.length * (1 + parts.length))
  return rows.reduce((sum, count) => sum + count, 0) * data.slices
}
