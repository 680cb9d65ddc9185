import { describe, expect, test } from 'vitest'
import { namedStepOf } from '../../../src/judge/runs/named-step-of.ts'
import { aStep } from '../../contract/rows.ts'

const plan = { weights: [5, 25, 50], minutes: 10, looks: 24 }
const stepAt = (callerIndex: number, steps: readonly (readonly [number, number])[] = [], weight?: number) =>
  namedStepOf(
    { planned: { ...plan, callerIndex, ...(weight !== undefined && { weight }) } },
    steps.map(([index, caller]) =>
      aStep('run', { index, callerIndex: caller, weight: [5, 25, 50][index] ?? 50 }),
    ),
  )

describe('namedStepOf(request, steps) of a plan', () => {
  test('is the first step at the first index, whatever the number is', () => {
    const first = { index: 0, of: 3, weight: 5, next: 25, minutes: 10, looks: 24 }
    expect(stepAt(1)).toEqual({ ...first, callerIndex: 1 })
    expect(stepAt(4)).toEqual({ ...first, callerIndex: 4 })
  })

  test('is the same step at the same index, and the next at a higher one', () => {
    expect(stepAt(1, [[0, 1]])).toMatchObject({ index: 0, weight: 5, next: 25 })
    expect(stepAt(4, [[0, 1]])).toMatchObject({ index: 1, weight: 25, next: 50 })
    expect(
      stepAt(7, [
        [0, 1],
        [1, 4],
      ]),
    ).toMatchObject({ index: 2, weight: 50, next: 100 })
  })

  test('goes by the weight where it is known: a person may have promoted past a step that was never asked about', () => {
    expect(stepAt(3, [], 25)).toMatchObject({ index: 1, weight: 25, next: 50 })
    expect(stepAt(5, [[0, 1]], 50)).toMatchObject({ index: 2, weight: 50, next: 100 })
  })

  test('is a further step where a weight is analysed twice', () => {
    expect(
      stepAt(
        6,
        [
          [0, 1],
          [1, 3],
          [2, 5],
        ],
        50,
      ),
    ).toMatchObject({ index: 3, of: 3, weight: 50, next: 100 })
  })

  test('takes the weight that is set for the truth, and what follows in the plan for the next', () => {
    expect(stepAt(1, [], 10)).toMatchObject({ index: 0, weight: 10, next: 25 })
  })

  test('is an earlier step for a look that comes late', () => {
    expect(
      stepAt(1, [
        [0, 1],
        [1, 3],
      ]),
    ).toMatchObject({ index: 0, weight: 5 })
  })
})

test('namedStepOf(request, steps) is the step that is named, and none where neither is said', () => {
  expect(namedStepOf({ step: { index: 2, of: 3 } }, [])).toEqual({ index: 2, of: 3 })
  expect(namedStepOf({}, [])).toBeUndefined()
})
