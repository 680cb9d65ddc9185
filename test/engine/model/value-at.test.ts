import { expect, it } from 'vitest'
import { valueAt } from '../../../src/engine/model/value-at.ts'

it('valueAt is the value in the slice and 0 outside', () => {
  const values = Float64Array.of(3, -2)
  expect([-1, 0, 1, 2].map((slice) => valueAt(values, slice))).toEqual([0, 3, -2, 0])
})
