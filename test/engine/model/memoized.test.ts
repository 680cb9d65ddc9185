import { expect, it } from 'vitest'
import { memoized } from '../../../src/engine/model/memoized.ts'

it('memoized computes each argument once, and what is undefined too', () => {
  const asked: number[] = []
  const half = memoized((key) => {
    asked.push(key)
    return key % 2 === 0 ? { half: key / 2 } : undefined
  })
  expect([half(4), half(3), half(4), half(3)]).toEqual([{ half: 2 }, undefined, { half: 2 }, undefined])
  expect(asked).toEqual([4, 3])
  expect(half(4)).toBe(half(4))
})
