import { expect, test } from 'vitest'
import { startStopwatch } from './stopwatch.ts'

test('startStopwatch() counts work, and not the time in which the thread could not run', () => {
  const working = startStopwatch()
  const { user } = process.threadCpuUsage()
  while (process.threadCpuUsage().user - user < 100_000);
  expect(working.elapsedMs()).toBeGreaterThan(90)
  const kept = startStopwatch()
  // the thread sleeps without work, as when other processes have the processor
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  expect(kept.elapsedMs()).toBeLessThan(250)
})
