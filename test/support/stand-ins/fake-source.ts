import { readFileSync } from 'node:fs'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'
import { recordingUntil } from '../../../src/judge/data/recording-until.ts'
import type { CanaryStartRequest, FetchRequest, MetricSource } from '../../../src/judge/ports/ports.ts'

export type Fault = 'none' | 'down' | 'hangs'

export interface FakeSource extends MetricSource {
  fault: Fault
  /** The data that the server has. */
  recording: Recording
  /** When the canary has its first data; undefined = as the recording says. */
  canaryFrom: number | undefined
  readonly fetches: readonly FetchRequest[]
  canaryStart(request: CanaryStartRequest): Promise<number | undefined>
}

export const fixtureRecording = (name: string): Recording =>
  parseRecording(
    JSON.parse(readFileSync(new URL(`../../fixtures/recordings/${name}.json`, import.meta.url), 'utf8')),
  )

export const settledAfterMs = 15_000

/** A source that gives, at each moment, the part of a recording that a Prometheus would have by then. */
export function fakeSource(recording: Recording): FakeSource {
  const fetches: FetchRequest[] = []
  const hang = (signal: AbortSignal): Promise<never> => {
    const { promise, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(new Error('aborted')))
    return promise
  }
  const source: FakeSource = {
    fault: 'none',
    recording,
    canaryFrom: undefined,
    fetches,
    async fetch(request) {
      fetches.push(request)
      if (source.fault === 'hangs') return hang(request.signal)
      const settled = settledRecording(source.recording, request)
      if (source.fault === 'none') return settled
      const problem = { code: 'source-down', text: 'Prometheus refused the connection' } as const
      return { ...settled, metrics: {}, problems: [problem] }
    },
    async canaryStart({ until, quietMs, signal }) {
      if (source.fault === 'hangs') return hang(signal)
      if (source.fault === 'down') throw new Error('refused')
      const from = source.canaryFrom ?? timeOf(source.recording, source.recording.rolloutStart)
      const last = timeOf(source.recording, source.recording.slices)
      return from <= until && until - last < quietMs ? from : undefined
    },
    close: async () => undefined,
  }
  return source
}

export const timeOf = ({ start, sliceSeconds }: Recording, slice: number): number =>
  Date.parse(start) + slice * sliceSeconds * 1000

function settledRecording(recording: Recording, { run, until }: FetchRequest): Recording {
  const { steps: _steps, gates: _gates, id: _id, ...rest } = recording
  const length = recording.sliceSeconds * 1000
  const settled = Math.floor((until - settledAfterMs - Date.parse(recording.start)) / length)
  const rolloutStart = Math.max(Math.round((run.start - Date.parse(recording.start)) / length), 0)
  const slices = Math.min(settled, recording.slices)
  return recordingUntil({ ...rest, rolloutStart: Math.min(rolloutStart, recording.slices) }, slices - 1)
}
