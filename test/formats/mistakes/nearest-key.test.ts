import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nearestKey } from '../../../src/formats/mistakes/nearest-key.ts'

const keys = ['tolerance', 'margin', 'absoluteMargin', 'mde', 'limit', 'required']

describe('nearestKey', () => {
  it.each([
    ['tolerence', 'tolerance'],
    ['Margin', 'margin'],
    ['marign', 'margin'],
    ['absolutemargin', 'absoluteMargin'],
    ['limits', 'limit'],
    ['med', 'mde'],
    ['threshold', undefined],
    ['x', undefined],
    ['', undefined],
    ['x'.repeat(1e6), undefined],
  ])('nearestKey(%.20j) is %s', (key, nearest) => {
    expect(nearestKey(key, keys)).toBe(nearest)
  })

  it('nearestKey(key, []) is undefined', () => {
    expect(nearestKey('a', [])).toBeUndefined()
  })
})

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['ca', 'abc', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('editDistance(%j, %j) is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
  })

  it('editDistance(a, b) is symmetric, and zero only for the same', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b) === 0).toBe(a === b)
      }),
    )
  })
})
