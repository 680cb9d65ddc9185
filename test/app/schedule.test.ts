import { expect, test } from 'vitest'
import { schedule } from '../../src/app/schedule.ts'
import { silentLog } from '../contract/rows.ts'

/** A clock that the test moves. */
const handMadeTime = () => {
  const pauses: number[] = []
  let wake = Promise.withResolvers<void>()
  let asked = Promise.withResolvers<void>()
  return {
    pauses,
    sleep: (ms: number, signal: AbortSignal): Promise<void> => {
      pauses.push(ms)
      wake = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => wake.reject(new Error('aborted')))
      asked.resolve()
      return wake.promise
    },
    /** Ends the pause, and waits for the next one. */
    async pass(): Promise<void> {
      asked = Promise.withResolvers<void>()
      wake.resolve()
      await asked.promise
    },
  }
}

test('schedule() works again and again, at moments spread around the interval', async () => {
  const time = handMadeTime()
  const randoms = [0.5, 0, 1, 0.5]
  let done = 0
  const work = async (): Promise<void> => void (done += 1)
  const random = (): number => randoms.shift() ?? 0
  const running = schedule({ what: 'x', everyMs: 1000, work, log: silentLog, random, sleep: time.sleep })
  for (let round = 1; round <= 3; round++) {
    await time.pass()
    expect(done).toBe(round)
  }
  expect(time.pauses).toEqual([500, 900, 1100, 1000])
  await running.close()
  expect(done).toBe(3)
})

test('schedule() goes on after work that failed, and says so in the log', async () => {
  const time = handMadeTime()
  const lines: string[] = []
  const log = { ...silentLog, warn: (_: object, message: string) => void lines.push(message) }
  const work = (): Promise<void> => Promise.reject(new Error('away'))
  const running = schedule({ what: 'x', everyMs: 1000, work, log, sleep: time.sleep })
  await time.pass()
  await time.pass()
  expect(lines).toEqual(Array(2).fill('scheduled work failed and is tried again later'))
  await running.close()
})

test('schedule() waits at its end for work under way, whose signal aborts', async () => {
  const time = handMadeTime()
  const begun = Promise.withResolvers<void>()
  let ended = false
  const work = async (signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve())
    begun.resolve()
    await promise
    ended = true
    throw new Error('stopped')
  }
  const running = schedule({ what: 'x', everyMs: 1000, work, log: silentLog, sleep: time.sleep })
  void time.pass()
  await begun.promise
  await running.close()
  expect(ended).toBe(true)
})

test('schedule() sleeps by itself where no time is given', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const work = async (): Promise<void> => resolve('worked')
  const running = schedule({ what: 'x', everyMs: 1, work, log: silentLog })
  // A timer that keeps no process alive still runs while something else does.
  const awake = setTimeout(() => undefined, 10_000)
  expect(await promise).toBe('worked')
  clearTimeout(awake)
  await running.close()
})
