import { expect, it } from 'vitest'
import { analyze, outcomesBySlice, series } from '../../src/engine/index.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import latencyTwice from '../fixtures/recordings/latency-x2.json' with { type: 'json' }
import { policyOf } from './made/recordings.ts'

const recording = parseRecording(latencyTwice)
const policy = policyOf(Object.entries(recording.metrics).map(([name, { kind }]) => ({ name, kind })))
const found = series(recording, policy)
const last = recording.slices - 1

it.each([last, recording.rolloutStart + 12])(
  'series() has the numbers of the verdict after slice %i',
  (at) => {
    const verdict = analyze(recording, policy, at)
    expect(found.metrics.map(({ name }) => name)).toEqual(verdict.metrics.map(({ name }) => name))
    for (const [index, metric] of verdict.metrics.entries()) {
      const point = found.metrics[index]?.points.find((one) => one.at === at)
      const { canary, stable, ratio, evidence, passEvidence, margin } = metric
      expect(point).toEqual({
        at,
        canary,
        stable,
        evidence,
        ...(ratio && { ratio }),
        ...(passEvidence !== undefined && { passEvidence }),
        ...(margin !== undefined && { margin }),
      })
    }
  },
)

it('series() has one look and one point of each metric after every slice of the rollout', () => {
  const { looks } = outcomesBySlice(recording, policy)
  expect(found.looks.map(({ at, judged, verdict }) => ({ at, judged, verdict }))).toEqual(looks)
  for (const { points } of found.metrics)
    expect(points.map(({ at }) => at)).toEqual(looks.map(({ at }) => at))
})

it('series() gives the thresholds: the rollout fails where all evidence reaches 2/α, one metric its share of it', () => {
  expect(found.failsAt).toBeCloseTo(40, 9)
  const firstFail = found.looks.findIndex(({ judged }) => judged === 'fail')
  expect(firstFail).toBeGreaterThan(0)
  expect(found.looks[firstFail]?.evidence).toBeGreaterThanOrEqual(found.failsAt)
  expect(found.looks[firstFail - 1]?.evidence).toBeLessThan(found.failsAt)
  for (const { failsAt = 0, passesAt } of found.metrics) {
    expect(failsAt).toBeGreaterThan(found.failsAt)
    expect(passesAt).toBeCloseTo(100, 9)
  }
})
