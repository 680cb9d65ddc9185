import { expect, test } from 'vitest'
import { createLru, heldBytes } from '../src/lru.ts'

test('createLru() forgets what was unused for longest', () => {
  const lru = createLru<number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  expect(lru.get('a')).toBe(1)
  lru.set('c', 3)
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3])
  lru.delete('a')
  lru.delete('a')
  expect([lru.get('a'), lru.size]).toEqual([undefined, 1])
})

test('createLru(most, sizeOf) keeps as much as fits, and forgets as many as a large one needs', () => {
  const lru = createLru<string>(10, ({ length }) => length)
  for (const key of ['a', 'b', 'c']) lru.set(key, key.repeat(3))
  expect(lru.size).toBe(9)
  lru.set('b', 'bb')
  lru.set('d', 'd'.repeat(6))
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.get('d')]).toEqual([
    undefined,
    'bb',
    undefined,
    'dddddd',
  ])
  expect(lru.size).toBe(8)
  lru.clear()
  expect([lru.size, lru.get('d')]).toEqual([0, undefined])
})

test('createLru() does not keep what alone is too large, nor what it replaces', () => {
  const lru = createLru<string>(3, ({ length }) => length)
  lru.set('a', 'a')
  lru.set('a', 'aaaa')
  expect([lru.size, lru.get('a')]).toEqual([0, undefined])
})

test('heldBytes() counts numbers, texts and what stands inside', () => {
  expect(heldBytes(Array.from({ length: 1000 }, (_, i) => i))).toBe(8032)
  expect(heldBytes('a'.repeat(1000))).toBe(1024)
  expect(heldBytes({ rows: [[1, 2], [3]], none: undefined })).toBeGreaterThan(100)
  expect(heldBytes([null, ...Array.from({ length: 999 }, (_, i) => i)])).toBe(8032)
  expect(heldBytes([null, Array.from({ length: 1000 }, (_, i) => i)])).toBeGreaterThan(8000)
  expect(heldBytes(new Map([['a', 'b'.repeat(1000)]]))).toBeGreaterThan(1000)
  expect([heldBytes(undefined), heldBytes(null), heldBytes(true)]).toEqual([8, 8, 8])
})

test('dropWhile() drops from the oldest on, up to the first that is not over', () => {
  const lru = createLru<number>(10)
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['d', 1],
  ] as const)
    lru.set(key, value)
  lru.dropWhile((value) => value < 3)
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.get('d'), lru.size]).toEqual([
    undefined,
    undefined,
    3,
    1,
    2,
  ])
})
