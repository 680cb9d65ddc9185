import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { type BodyWorker, createBodyWorker } from '../../../src/app/body-worker/body-worker.ts'
import {
  type BodyThread,
  startBodyThread,
  type ThreadLimits,
} from '../../../src/app/body-worker/body-thread.ts'
import { kinds } from '../../../src/engine/kinds/kinds.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'
import { cutRecording } from '../../../src/store/recordings/cut-recording.ts'
import { judgeData } from '../../../src/judge/judge.ts'
import type { FetchedData } from '../../../src/judge/ports/ports.ts'
import { assembleRecording } from '../../../src/sources/recording/assemble-recording.ts'
import { runOf } from '../../sources/prometheus/source-case.ts'
import { createIdentity } from '../../support/simulated-world/identity.ts'
import type { SentRecording } from '../../../src/callers/api/judge-sent-recording.ts'

const log = pino({ level: 'silent' })
const text = readFileSync(new URL('../../fixtures/recordings/healthy.json', import.meta.url), 'utf8')
const healthy = `{"at":74,"recording":${text}}`
/** Four megabytes of text that take more than a hundred when they are parsed. */
const large = `{"recording":{"problems":[${'[],'.repeat(1_300_000)}[]]}}`

const sent = (body: string): SentRecording => ({
  bytes: Buffer.from(body),
  maxJsonDepth: 32,
  maxBodyBytes: 65_536,
  policies: { policies: [], defaultName: undefined },
  now: 0,
  linkBase: '',
})

let worker: BodyWorker | undefined
afterEach(() => worker?.close())

const judge = async (body: string, withinMs = 30_000) => worker?.judge(sent(body), withinMs)

test('judge() of a recording gives the look with the recording in the pieces that are stored', async () => {
  worker = createBodyWorker({ log, taskMs: 30_000 })
  const look = await judge(healthy)
  expect(look?.judgement).toMatchObject({ window: { at: 74 } })
  expect(look?.cut.digest).toBe(look?.stored.recordingDigest)
  expect(look).not.toHaveProperty('recording')
})

test('judge() of a body that needs too much memory refuses it, and judges the next one', async () => {
  worker = createBodyWorker({ log, heapMb: 40, taskMs: 30_000 })
  await expect(judge(large)).rejects.toMatchObject({ code: 'body-too-large' })
  expect((await judge(healthy))?.judgement).toMatchObject({ window: { at: 74 } })
})

test('judge() of a body that takes too long refuses it', async () => {
  worker = createBodyWorker({ log, taskMs: 1 })
  await expect(judge(large)).rejects.toMatchObject({
    code: 'body-too-large',
    message: 'expected a body that is read and judged within 1 ms',
  })
})

test('judge() takes one body after the other, and refuses those that wait for longer than they may', async () => {
  worker = createBodyWorker({ log, taskMs: 30_000 })
  const [first, late] = await Promise.allSettled([judge(healthy), judge(healthy, 0)])
  expect(first).toMatchObject({ status: 'fulfilled', value: { judgement: { window: { at: 74 } } } })
  expect(late).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } })
})

const { policy } = parsePolicy('name: web\nmetrics: [{name: errors, kind: errors}]')
const recording = parseRecording(JSON.parse(text))
const look = { data: recording, run: runOf(createIdentity('look'), 0), steps: [], policy }

test('analyze() waits until the thread has started, and gives the verdict and the pieces', async () => {
  worker = createBodyWorker({ log, taskMs: 30_000 })
  const { recording: written, ...judged } = judgeData(recording, look)
  expect(await worker.analyze(look, 30_000)).toEqual({ ...judged, cut: await cutRecording(written) })
  const fetched = await worker.analyze({ ...look, data: fetchedData }, 30_000)
  const own = judgeData(assembleRecording(fetchedData), look)
  expect(fetched).toMatchObject({ verdict: own.verdict, cut: await cutRecording(own.recording) })
})

test('analyze() waits no longer than it may until the thread has started', async () => {
  const { promise: never } = Promise.withResolvers<never>()
  const startThread = (limits: ThreadLimits): BodyThread => ({ ...startBodyThread(limits), ready: never })
  worker = createBodyWorker({ log, taskMs: 30_000, startThread })
  await expect(worker.analyze(look, 1)).rejects.toMatchObject({ code: 'overloaded' })
})

/** Ten slices of errors of both arms, as a source gives them. */
const fetchedData: FetchedData = {
  id: 'look',
  sliceSeconds: 60,
  start: 0,
  rolloutStart: 5,
  slices: 10,
  problems: [],
  metrics: [
    {
      metric: { kind: 'errors', name: 'errors', watch: false, ...kinds.errors.defaults },
      counts: {
        rows: [
          { arm: 'canary', pod: 'c', place: 0 },
          { arm: 'stable', pod: 's', place: 1 },
        ],
        width: 2,
        slices: 10,
        chunks: [
          { slices: 10, rows: 2, data: Float32Array.from({ length: 40 }, (_, i) => (i % 2 ? 1 : 50)) },
        ],
      },
      parts: [1],
      bounds: [],
      problems: [],
    },
  ],
}

test('judge() refuses the ninth body at once', async () => {
  worker = createBodyWorker({ log, taskMs: 30_000 })
  const eight = Array.from({ length: 8 }, () => judge(healthy))
  await expect(judge(healthy)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 1 })
  expect(await Promise.all(eight)).toHaveLength(8)
})

const noBases = { bundled: new Map(), own: new Map() }

test('readPolicy() of a wrong policy rejects with its mistakes', async () => {
  worker = createBodyWorker({ log, taskMs: 30_000 })
  await expect(worker.readPolicy('name: web\nmetrcs: []\n', noBases)).rejects.toMatchObject({
    code: 'invalid-policy',
    issues: expect.arrayContaining([expect.objectContaining({ path: 'metrcs', line: 2 })]),
  })
})
