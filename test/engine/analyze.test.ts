import { expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import { handMade, onlyErrors, until } from './made/recordings.ts'

const recording = handMade({
  history: 60,
  slices: 80,
  steps: [{ slice: 60, ends: 70, weight: 25 }],
  cell: (arm, pod, k) => [arm === 'canary' ? 6 : (k * (pod + 2)) % 3, 400],
})

it.each([60, 65, 79])('analyze at slice %s knows nothing of later samples', (at) => {
  expect(analyze(recording, onlyErrors, at)).toEqual(analyze(until(recording, at), onlyErrors))
})

it('analyze looks at the last slice unless another one is given', () => {
  const last = analyze(recording, onlyErrors)
  expect(last).toEqual(analyze(recording, onlyErrors, 79))
  expect(last.window.at).toBe(79)
})

it('analyze can look at the first slice, which is before the rollout', () => {
  expect(analyze(recording, onlyErrors, 0).window).toEqual({
    from: '2026-01-05T10:01:00.000Z',
    to: '2026-01-05T10:01:00.000Z',
    at: 0,
  })
})

it.each([-1, 80, 1.5, Number.NaN, Infinity])(
  'analyze refuses slice %s and says which it would take',
  (at) => {
    expect(() => analyze(recording, onlyErrors, at)).toThrow(
      new RangeError(`expected "at" to be a slice from 0 to 79, got ${at}`),
    )
  },
)
