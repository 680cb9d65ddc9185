import { expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { dataColumns, withColumns } from '../../src/engine/model/data-columns.ts'
import type { Recording } from '../../src/engine/model/recording.ts'
import { judgeData, type JudgeDeps } from '../../src/judge/judge.ts'
import { cutRecording } from '../../src/store/recordings/cut-recording.ts'
import { fakeSource, fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { codesOf, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const policy = `
name: web
step: 5m
metrics:
  - {name: errors, kind: errors}
  - {name: latency, kind: latency}
  - {name: memory, kind: gauge, watch: true}
`

/** The rollout with each pod repeated this many times. */
function withPods(recording: Recording, times: number): Recording {
  const repeated = <T>(rows: readonly T[]): readonly T[] => Array.from({ length: times }, () => rows).flat()
  const metrics = Object.entries(recording.metrics).map(
    ([name, data]) => [name, withColumns(data, dataColumns(data).map(repeated))] as const,
  )
  const pods = repeated(recording.pods).map((pod, i) => ({ ...pod, name: `${pod.name}-${i}` }))
  return { ...recording, pods, metrics: Object.fromEntries(metrics) }
}

/** Looks once, thirteen minutes into a rollout of 120 pods. */
async function lookOnce(analyzeApart: NonNullable<JudgeDeps['analyzeApart']>) {
  const source = fakeSource(withPods(fixtureRecording('errors-x10'), 20))
  await using running = await runJudge({ policy, source, overrides: { judge: { analyzeApart } } })
  running.clock.ms = rolloutStart + 13 * minute
  const { body } = await running.judge({ step: { index: 0, of: 3, weight: 5, next: 25 } })
  const { recordingDigest = '' } = (await running.store.getVerdict(body.id)) ?? {}
  return { body, kept: await running.store.loadRecording(recordingDigest) }
}

test('a look at many pods is analyzed apart, and is judged and kept as it would be here', async () => {
  const pods: number[] = []
  const here = await lookOnce(() => Promise.reject(new Error('the thread is lost')))
  const apart = await lookOnce(async (look) => {
    // the copy that another thread gets
    const { data, ...by } = structuredClone(look)
    if (!('format' in data)) throw new Error('expected a recording, got data that are none yet')
    pods.push(data.pods.length)
    const { recording, ...judged } = judgeData(data, by)
    return structuredClone({ ...judged, cut: await cutRecording(recording) })
  })
  expect(pods).toEqual([120])
  expect(apart.body).toEqual(here.body)
  expect(apart.body).toMatchObject({ verdict: 'fail', kept: true })
  expect(apart.kept).toEqual(here.kept)
  expect(apart.kept?.pods).toHaveLength(120)
}, 60_000)

test('a look that the other thread cannot begin in time is answered overloaded, and is not analyzed here', async () => {
  const full = new AppError('overloaded', 'the thread is busy')
  const { body, kept } = await lookOnce(() => Promise.reject(full))
  expect([body.verdict, ...codesOf(body)]).toEqual(['inconclusive', 'overloaded'])
  expect([body.kept, kept]).toEqual([false, undefined])
}, 60_000)
