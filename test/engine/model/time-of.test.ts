import { expect, test } from 'vitest'
import { timeOf } from '../../../src/engine/model/time-of.ts'
import { handMade } from '../made/recordings.ts'

const recording = handMade()

test.each([
  [0, 60, '2026-01-05T10:00:00.000Z'],
  [1, 60, '2026-01-05T10:01:00.000Z'],
  [-1, 60, '2026-01-05T09:59:00.000Z'],
  [840, 60, '2026-01-06T00:00:00.000Z'],
  [3, 7.5, '2026-01-05T10:00:22.500Z'],
])('timeOf(slice %s of %s s) is %s', (slice, sliceSeconds, time) => {
  expect(timeOf({ ...recording, sliceSeconds }, slice)).toBe(time)
})

test('timeOf answers in UTC whatever offset the recording starts in', () => {
  expect(timeOf({ ...recording, start: '2026-01-05T12:00:00+02:00' }, 2)).toBe('2026-01-05T10:02:00.000Z')
})
