import { expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import { recordingUntil } from '../../../src/judge/data/recording-until.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { strict, strictNames } from '../../engine/made/recordings.ts'

const whole = simulateRollout({ seed: 'until', metrics: strictNames })
const undeclared = { ...whole, steps: whole.steps?.map(({ next: _next, ...step }) => step) ?? [] }

test.each([118, 125, 129, 139, 149])(
  'recordingUntil(…, %i) is judged as the whole recording was then',
  (at) => {
    for (const recording of [whole, undeclared]) {
      const cut = recordingUntil(recording, at)
      expect(cut.slices).toBe(at + 1)
      expect(analyze(cut, strict)).toEqual(analyze(recording, strict, at))
    }
  },
)

test('recordingUntil gives back a recording that is no longer than asked', () => {
  expect(recordingUntil(whole, whole.slices - 1)).toBe(whole)
})
