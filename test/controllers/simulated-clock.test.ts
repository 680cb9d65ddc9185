import { expect, test } from 'vitest'
import { createSimulatedClock } from './simulated-clock.ts'

test('wait(ms) runs what was planned on the way, each at its time and in order', async () => {
  const clock = createSimulatedClock(1000)
  const seen: (string | number)[] = []
  const note = (name: string) => () => {
    seen.push(name, clock.now())
  }
  clock.at(3000, note('third'))
  clock.at(500, note('first'))
  clock.at(2000, note('second'))
  await clock.wait(1500)
  expect(seen).toEqual(['first', 1000, 'second', 2000])
  expect(clock.now()).toBe(2500)
  await clock.wait(500)
  expect(seen.slice(4)).toEqual(['third', 3000])
})
