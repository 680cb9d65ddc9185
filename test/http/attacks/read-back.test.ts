import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'
import type { Judgement } from '../../../src/judge/model/judgement.ts'
import { aRun, aStep, aVerdict } from '../../contract/rows.ts'
import { monitorLoop } from '../../support/measures/loop-monitor.ts'
import { type RunningApp, runApp } from '../../support/service/run-app.ts'

/** No request may delay the other requests for longer than this. */
const longestMs = 250

const pods = 600
const slices = 700

/** 8 MiB of JSON, twice as much as the service takes without the role for large recordings. */
function largeRecording(): Recording {
  const rows = (salt: number): readonly (readonly number[])[] =>
    Array.from({ length: pods }, (_, pod) =>
      Array.from({ length: slices }, (__, slice) => (pod * 7919 + slice * 104_729 + salt) % 100_003),
    )
  const total = rows(1)
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '2026-11-20T10:00:00Z',
    slices,
    rolloutStart: 200,
    pods: Array.from({ length: pods }, (_, i) => ({ name: `p${i}`, arm: i % 2 === 0 ? 'stable' : 'canary' })),
    metrics: {
      errors: { kind: 'errors', bad: total.map((row) => row.map((value) => value % 7)), total },
      memory: { kind: 'gauge', value: rows(2) },
      cpu: { kind: 'gauge', value: rows(3) },
    },
  }
}

let running: RunningApp
let recording: Recording
beforeAll(async () => {
  running = await runApp({
    change: (config) => ({ ...config, limits: { ...config.limits, readsPerMinute: 1e6 } }),
  })
  const { store } = running
  await store.openRun(aRun({ id: 'run-1' }))
  await store.saveStep(aStep('run-1'))
  recording = largeRecording()
  const recordingDigest = await store.saveRecording('run-1', recording)
  // As many looks as a page shows, and in each as many metrics as a policy may have.
  for (let look = 0; look < 200; look++) {
    await store.saveVerdict(
      aVerdict('run-1', { id: `v-${look}`, at: look, recordingDigest, body: largestJudgement(`v-${look}`) }),
    )
  }
})
afterAll(() => running.app.stop())

function largestJudgement(id: string): Judgement {
  const reason = (name: string) => ({ code: 'needs-more-data', metric: name, text: 'x'.repeat(190) }) as const
  const names = Array.from({ length: 50 }, (_, i) => `metric-${i}`)
  return {
    id,
    run: 'run-1',
    judged: 'inconclusive',
    verdict: 'inconclusive',
    score: 50,
    summary: 'x'.repeat(190),
    reasons: names.map(reason),
    metrics: names.map((name) => ({
      name,
      kind: 'errors',
      judged: 'inconclusive',
      required: true,
      canary: { events: 1234, of: 123_456, value: 0.01, pods: 60 },
      stable: { events: 1234, of: 123_456, value: 0.01, pods: 60 },
      ratio: { estimate: 1.0123, low: 0.9123, high: 1.1123 },
      evidence: 1.2345,
      passEvidence: 2.345,
      tolerance: 1,
      margin: 1.5,
      neededMinutes: 12,
      dispersion: 1.5,
      reasons: [reason(name)],
    })),
    window: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z', at: 60 },
    decisions: [],
    kept: true,
    links: { run: '/v1/runs/run-1', verdict: `/v1/verdicts/${id}` },
  }
}

test('GET of a large recording gives it back, and delays no other request', async () => {
  const monitor = monitorLoop()
  const answer = await fetch(`${running.url}/v1/verdicts/v-0/recording`)
  const chunks: Uint8Array[] = []
  for await (const chunk of answer.body ?? []) chunks.push(chunk)
  const longest = monitor.stop()
  expect(answer.status).toBe(200)
  expect(parseRecording(JSON.parse(Buffer.concat(chunks).toString()))).toEqual(recording)
  expect(longest).toBeLessThan(longestMs)
}, 90_000)

test.each([
  '/v1/runs/run-1?limit=200',
  '/runs/run-1',
  '/verdicts/v-0',
  '/v1/verdicts/v-0',
  '/',
  '/v1/runs?limit=200',
])('GET %s of looks with fifty metrics each delays no other request', async (path) => {
  const monitor = monitorLoop()
  const answer = await fetch(`${running.url}${path}`)
  const text = await answer.text()
  const longest = monitor.stop()
  expect(answer.status).toBe(200)
  expect(text.length).toBeGreaterThan(200)
  expect(longest).toBeLessThan(longestMs)
})
