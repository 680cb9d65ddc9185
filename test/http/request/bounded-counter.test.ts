import { expect, test } from 'vitest'
import { createBoundedCounter } from '../../../src/http/request/bounded-counter.ts'

const make = (maxKeys = 3) => {
  const clock = { ms: 0, now: () => clock.ms }
  return { clock, counter: createBoundedCounter({ clock, windowMs: 100, maxKeys }) }
}

test('increment() counts a key within its window and starts anew after it', () => {
  const { clock, counter } = make()
  expect(counter.increment('a')).toMatchObject({ hits: 1, resetAt: 100 })
  clock.ms = 99
  expect(counter.increment('a')).toMatchObject({ hits: 2, resetAt: 100 })
  expect(counter.get('a')).toMatchObject({ hits: 2 })
  clock.ms = 100
  expect(counter.get('a')).toBeUndefined()
  expect(counter.increment('a')).toMatchObject({ hits: 1, resetAt: 200 })
})

test('increment() never holds more keys than allowed; the oldest window makes room', () => {
  const { counter } = make(3)
  for (let n = 0; n < 1000; n++) counter.increment(`key ${n}`)
  expect(counter.size).toBe(3)
  expect(counter.get('key 996')).toBeUndefined()
  expect(counter.get('key 997')).toMatchObject({ hits: 1 })
})

test('increment() forgets windows that have ended', () => {
  const { clock, counter } = make(10)
  counter.increment('a')
  counter.increment('b')
  clock.ms = 150
  counter.increment('c')
  expect(counter.size).toBe(1)
})

test('decrement() and delete() take hits back, never below zero', () => {
  const { counter } = make()
  counter.increment('a')
  counter.decrement('a')
  counter.decrement('a')
  counter.decrement('unknown')
  expect(counter.get('a')).toMatchObject({ hits: 0 })
  counter.delete('a')
  expect(counter.get('a')).toBeUndefined()
})
