import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isotonicNonIncreasing } from '../../../src/engine/stats/isotonic-non-increasing.ts'

const series = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 4 })), {
  maxLength: 12,
})
const runs = { seed: 6, numRuns: 300 }

test('isotonicNonIncreasing(values, weights) pools what rises, by weight', () => {
  expect(isotonicNonIncreasing([4, 1, 3, 2], [1, 1, 3, 1])).toEqual([4, 2.5, 2.5, 2])
  expect(isotonicNonIncreasing([1, 2, 3], [1, 1, 2])).toEqual([2.25, 2.25, 2.25])
  expect(isotonicNonIncreasing([5, 3, 4, 6], [1, 1, 1, 1])).toEqual([5, 13 / 3, 13 / 3, 13 / 3])
})

test('isotonicNonIncreasing(values, weights) leaves a falling sequence alone', () => {
  expect(isotonicNonIncreasing([3, 2, 2, -1], [1, 5, 1, 2])).toEqual([3, 2, 2, -1])
  expect(isotonicNonIncreasing([], [])).toEqual([])
})

test('isotonicNonIncreasing(values, weights) gives a rising value of weight 0 the fit before it', () => {
  expect(isotonicNonIncreasing([2, 9, 1], [1, 0, 1])).toEqual([2, 2, 1])
  expect(isotonicNonIncreasing([0, 7], [0, 2])).toEqual([7, 7])
  expect(isotonicNonIncreasing([1, 3], [0, 0])).toEqual([1, 1])
})

test('isotonicNonIncreasing(values, weights) never rises, keeps the weighted sum, and is its own fit', () => {
  fc.assert(
    fc.property(series, (points) => {
      const values = points.map(([value]) => value)
      const weights = points.map(([, weight]) => weight)
      const fitted = isotonicNonIncreasing(values, weights)
      expect(fitted).toHaveLength(values.length)
      for (const [i, value] of fitted.entries()) expect(value).toBeLessThanOrEqual(fitted[i - 1] ?? Infinity)
      const moved = fitted.reduce((sum, value, i) => sum + (value - (values[i] ?? 0)) * (weights[i] ?? 0), 0)
      expect(moved).toBeCloseTo(0, 10)
      const again = isotonicNonIncreasing(fitted, weights)
      for (const [i, value] of again.entries()) expect(value).toBeCloseTo(fitted[i] ?? Number.NaN, 12)
    }),
    runs,
  )
})

test('isotonicNonIncreasing(values, weights) is nearer to the values than any other falling sequence tried', () => {
  fc.assert(
    fc.property(
      series,
      fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 12, maxLength: 12 }),
      (points, falls) => {
        const values = points.map(([value]) => value)
        const weights = points.map(([, weight]) => weight)
        let level = 12
        const other = falls.slice(0, values.length).map((fall) => (level -= fall))
        const distance = (to: readonly number[]): number =>
          to.reduce((sum, value, i) => sum + (weights[i] ?? 0) * (value - (values[i] ?? 0)) ** 2, 0)
        expect(distance(isotonicNonIncreasing(values, weights))).toBeLessThanOrEqual(distance(other) + 1e-9)
      },
    ),
    runs,
  )
})
