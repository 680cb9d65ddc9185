import { expect, it } from 'vitest'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { upTo } from '../../../src/engine/model/up-to.ts'

const steps = [
  { slice: 1, ends: 2, weight: 5, next: 50 },
  { slice: 2, ends: 3, weight: 50 },
]
/** Every kind of metric in three slices; the second pod has no metric. */
const whole: Recording = {
  format: 'canary-judge/recording/1',
  sliceSeconds: 60,
  start: '2026-01-05T10:00:00Z',
  slices: 3,
  rolloutStart: 1,
  gates: 2,
  steps,
  pods: [
    { name: 'a', arm: 'stable' },
    { name: 'b', arm: 'canary' },
  ],
  metrics: {
    errors: { kind: 'errors', bad: [[1, null, 3], null], total: [[10, 20, 30], null] },
    conversion: { kind: 'conversion', good: [[4, 5, 6], null], total: [[40, 50, 60], null] },
    p95: {
      kind: 'latency',
      bounds: [0.1, 0.5],
      above: [
        [
          [7, 8, 9],
          [1, 2, 3],
        ],
        null,
      ],
      total: [[70, 80, 90], null],
      shape: { bounds: [0.1, 0.5], above: [7, 1], total: 70 },
    },
    memory: { kind: 'gauge', value: [[100, 200, 300], null] },
  },
}

it('upTo(recording, at) knows every sample up to the slice and none after it', () => {
  expect(upTo(whole, 1)).toEqual({
    ...whole,
    slices: 2,
    metrics: {
      errors: { kind: 'errors', bad: [[1, null], null], total: [[10, 20], null] },
      conversion: { kind: 'conversion', good: [[4, 5], null], total: [[40, 50], null] },
      p95: {
        kind: 'latency',
        bounds: [0.1, 0.5],
        above: [
          [
            [7, 8],
            [1, 2],
          ],
          null,
        ],
        total: [[70, 80], null],
        shape: { bounds: [0.1, 0.5], above: [7, 1], total: 70 },
      },
      memory: { kind: 'gauge', value: [[100, 200], null] },
    },
  })
})

it('upTo(recording, at) keeps the plan of steps: it was known before they began', () => {
  expect(upTo(whole, 0).steps).toEqual(steps)
  expect(upTo(whole, 0)).toMatchObject({ slices: 1, rolloutStart: 1, gates: 2 })
})

it('upTo(recording, at) leaves the recording it was given as it was', () => {
  const before = structuredClone(whole)
  upTo(whole, 0)
  expect(whole).toEqual(before)
})

it.each([2, 3, 9])('upTo(recording, %s) of three slices is the recording itself', (at) => {
  expect(upTo(whole, at)).toBe(whole)
})
