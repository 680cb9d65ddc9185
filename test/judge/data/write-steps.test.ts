import { describe, expect, test } from 'vitest'
import type { Arm, Recording } from '../../../src/engine/model/recording.ts'
import { writeSteps } from '../../../src/judge/data/write-steps.ts'
import { aRun } from '../../contract/rows.ts'
import { fixtureRecording, timeOf } from '../../support/stand-ins/fake-source.ts'
import { withoutArms } from '../../support/without-arms.ts'

const recording = { ...fixtureRecording('healthy'), steps: [{ slice: 3, ends: 4, weight: 1 }], gates: 9 }
const { rolloutStart } = recording
const at = (slice: number): number => timeOf(recording, rolloutStart + slice)
const step = { runId: 'r', startedAt: at(0), endsAt: at(5), index: 0, weight: 20, next: 50 }

test('writeSteps() maps steps to slices, each after the one before, and drops those of the source', () => {
  const steps = [
    { runId: 'r', index: 2, startedAt: at(4) + 1, endsAt: at(5) },
    { ...step, index: 1, startedAt: at(0) + 1, endsAt: at(10), weight: 50 },
    step,
    { ...step, index: 3, startedAt: at(recording.slices) },
  ]
  const written = writeSteps(recording, aRun({ gates: 3 }), steps)
  expect(written.recording.steps).toEqual([
    { slice: rolloutStart, ends: rolloutStart + 5, weight: 20, next: 50 },
    { slice: rolloutStart + 1, ends: rolloutStart + 10, weight: 50, next: 50 },
    { slice: rolloutStart + 5, ends: rolloutStart + 6, weight: 0, next: 100 },
  ])
  expect(written.steps.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(written.recording.gates).toBe(3)
})

test('writeSteps() puts a step from before the run at its start, and counts its steps without a plan', () => {
  const written = writeSteps(recording, aRun(), [{ ...step, startedAt: at(-9), endsAt: at(-8) }])
  expect(written.recording.steps).toMatchObject([{ slice: rolloutStart, ends: rolloutStart + 1 }])
  expect(written.recording.gates).toBe(1)
  expect(writeSteps(recording, aRun(), []).recording).not.toHaveProperty('gates')
})

describe('writeSteps() of a canary that was gone', () => {
  const without = (arms: readonly Arm[], from: number, until: number): Recording =>
    withoutArms(recording, arms, { from: rolloutStart + from, until: rolloutStart + until })
  const first = { ...step, passedAt: at(3) }
  const second = {
    ...step,
    index: 1,
    startedAt: at(4),
    endsAt: at(9),
    passedAt: at(8),
    weight: 50,
    next: 100,
  }
  const written = (seen: Recording) => writeSteps(seen, aRun({ gates: 3 }), [first, second])

  test('lets the step that it is at begin anew with its return, without the pass from before', () => {
    const { recording: got, steps } = written(without(['canary'], 6, 10))
    expect(got.steps).toMatchObject([
      { slice: rolloutStart, ends: rolloutStart + 5 },
      { slice: rolloutStart + 10, ends: rolloutStart + 15 },
    ])
    const { passedAt: _, ...others } = second
    expect(steps).toEqual([first, { ...others, startedAt: at(10), endsAt: at(15) }])
  })

  test('lets no step end while it is gone', () => {
    const { recording: got } = written(without(['canary'], 6, recording.slices))
    expect(got.steps?.at(-1)).toMatchObject({ slice: rolloutStart + 4, ends: recording.slices + 1 })
  })

  test.each([
    ['a pod that was replaced', without(['canary'], 6, 8)],
    ['a source that was away', without(['canary', 'stable'], 6, 12)],
    ['a canary that came late', without(['canary'], 0, 6)],
  ])('changes nothing for %s', (_, seen) => {
    expect(written(seen).steps).toEqual([first, second])
    expect(written(seen).recording.steps?.at(-1)).toMatchObject({ slice: rolloutStart + 4 })
  })
})
