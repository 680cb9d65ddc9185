import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import type { QueuedWrite, WriteQueue } from '../../src/judge/ports/ports.ts'
import { createWriteQueue } from '../../src/store/write-queue.ts'
import type { WriteQueueOptions } from '../../src/store/write-queue.ts'
import { silentLog } from '../contract/rows.ts'

const away = new AppError('store-unavailable', 'away')

const rejecting = (error: () => Error) => async (): Promise<void> => {
  throw error()
}

/** A store and a clock that the test controls. */
const setUp = (options: Partial<WriteQueueOptions> = {}) => {
  const world = { away: false, written: [] as string[], pauses: [] as number[] }
  let wake = Promise.withResolvers<void>()
  const queue: WriteQueue = createWriteQueue({
    log: silentLog,
    sleep: async (ms, signal) => {
      world.pauses.push(ms)
      wake = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => {
        wake.reject(new Error('aborted'))
      })
      await wake.promise
    },
    ...options,
  })
  const write = (what: string, bytes = 1): QueuedWrite => ({
    what,
    bytes,
    run: async () => {
      if (world.away) throw away
      world.written.push(what)
    },
  })
  const passTime = async (): Promise<void> => {
    wake.resolve()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  return { world, queue, write, passTime }
}

describe('keepOrQueue()', () => {
  test('is true once the write is done', async () => {
    const { world, queue, write } = setUp()
    expect(await queue.keepOrQueue(write('a'))).toBe(true)
    expect(world.written).toEqual(['a'])
    expect(queue.counts()).toEqual({
      queued: 0,
      queuedBytes: 0,
      kept: 1,
      keptLater: 0,
      dropped: 0,
      refused: 0,
    })
  })

  test('is false while the store is away, and everything is written in order when it is back', async () => {
    const { world, queue, write, passTime } = setUp()
    world.away = true
    for (const what of ['a', 'b', 'c']) expect(await queue.keepOrQueue(write(what, 10))).toBe(false)
    expect(queue.counts()).toMatchObject({ queued: 3, queuedBytes: 30, kept: 0 })
    world.away = false
    expect(await queue.keepOrQueue(write('d'))).toBe(false)
    await passTime()
    expect(world.written).toEqual(['a', 'b', 'c', 'd'])
    expect(queue.counts()).toMatchObject({ queued: 0, queuedBytes: 0, keptLater: 4 })
    expect(await queue.keepOrQueue(write('e'))).toBe(true)
  })

  test('says in the log why the store is away', async () => {
    const said: object[] = []
    const log = { ...silentLog, error: (fields: object) => void said.push(fields) }
    const { world, queue, write } = setUp({ log })
    world.away = true
    await queue.keepOrQueue(write('a'))
    expect(said).toEqual([{ queued: 1, err: away }])
  })

  test('does not ask a store again that is known to be away, and pauses longer each time up to the limit', async () => {
    const { world, queue, write, passTime } = setUp({ firstPauseMs: 10, longestPauseMs: 35 })
    world.away = true
    let asked = 0
    const counted: QueuedWrite = {
      ...write('a'),
      run: async () => {
        asked += 1
        throw away
      },
    }
    await queue.keepOrQueue(counted)
    await queue.keepOrQueue(counted)
    await queue.keepOrQueue(write('b'))
    expect(asked).toBe(1)
    for (let n = 0; n < 4; n += 1) await passTime()
    expect(world.pauses).toEqual([10, 20, 35, 35, 35])
  })

  test('is false after the time given, and the write counts when it comes through after all', async () => {
    const { queue } = setUp({ timeoutMs: 1 })
    const { promise, resolve } = Promise.withResolvers<void>()
    expect(await queue.keepOrQueue({ what: 'slow', bytes: 1, run: () => promise })).toBe(false)
    expect(queue.counts()).toMatchObject({ queued: 1, keptLater: 0 })
    resolve()
    await promise
    await new Promise((done) => {
      setImmediate(done)
    })
    expect(queue.counts()).toMatchObject({ queued: 0, keptLater: 1, kept: 0 })
  })

  test('queues a write that fails after its time', async () => {
    const { world, queue, passTime } = setUp()
    const { promise, reject } = Promise.withResolvers<void>()
    let tries = 0
    const run = async (): Promise<void> => {
      tries += 1
      if (tries === 1) await promise
      world.written.push('slow')
    }
    expect(await queue.keepOrQueue({ what: 'slow', bytes: 1, run }, 1)).toBe(false)
    reject(away)
    await passTime()
    expect(world.pauses).toHaveLength(1)
    await passTime()
    expect(world.written).toEqual(['slow'])
    expect(queue.counts()).toMatchObject({ queued: 0, keptLater: 1 })
  })

  test('does not queue what can never be written', async () => {
    const { queue, write } = setUp()
    const refused = (error: Error): QueuedWrite => ({ ...write('x'), run: rejecting(() => error) })
    expect(await queue.keepOrQueue(refused(new AppError('not-found', 'no run')))).toBe(false)
    expect(await queue.keepOrQueue(refused(new TypeError('a bug')))).toBe(false)
    expect(queue.counts()).toMatchObject({ queued: 0, refused: 2 })
    expect(await queue.keepOrQueue(write('a'))).toBe(true)
  })

  test('goes on with the next where a queued write turns out to be impossible', async () => {
    const { world, queue, write, passTime } = setUp()
    let error = away
    world.away = true
    await queue.keepOrQueue({ ...write('x'), run: rejecting(() => error) })
    await queue.keepOrQueue(write('y'))
    world.away = false
    error = new AppError('not-found', 'pruned')
    await passTime()
    expect(world.written).toEqual(['y'])
    expect(queue.counts()).toMatchObject({ queued: 0, refused: 1, keptLater: 1 })
  })

  test('holds 1 000 writes and lets the oldest go', async () => {
    const { world, queue, write, passTime } = setUp()
    world.away = true
    for (let n = 0; n < 1005; n += 1) await queue.keepOrQueue(write(String(n)))
    expect(queue.counts()).toMatchObject({ queued: 1000, dropped: 5 })
    world.away = false
    await passTime()
    for (let n = 0; n < 50 && queue.counts().queued > 0; n += 1) await passTime()
    expect(world.written[0]).toBe('5')
    expect(world.written).toHaveLength(1000)
  })

  test('holds no more bytes than the limit, whatever the number', async () => {
    const { world, queue, write } = setUp({ maxBytes: 100 })
    world.away = true
    for (let n = 0; n < 10; n += 1) await queue.keepOrQueue(write(String(n), 30))
    expect(queue.counts()).toMatchObject({ queued: 3, queuedBytes: 90, dropped: 7 })
    await queue.keepOrQueue(write('huge', 101))
    expect(queue.counts()).toMatchObject({ queued: 0, queuedBytes: 0, dropped: 11 })
  })

  test('lets no more writes run late than the queue may hold', async () => {
    const { queue } = setUp({ maxWrites: 2, timeoutMs: 1 })
    let started = 0
    const stuck: QueuedWrite = {
      what: 'stuck',
      bytes: 1,
      run: () => {
        started += 1
        return new Promise<void>(() => undefined)
      },
    }
    for (let n = 0; n < 4; n += 1) expect(await queue.keepOrQueue({ ...stuck })).toBe(false)
    expect(started).toBe(2)
  })
})

describe('close()', () => {
  test('writes what is queued when the store is there', async () => {
    const { world, queue, write } = setUp()
    world.away = true
    await queue.keepOrQueue(write('a'))
    world.away = false
    await queue.close()
    expect(world.written).toEqual(['a'])
    expect(queue.counts()).toMatchObject({ queued: 0, dropped: 0 })
  })

  test('waits for a write whose answer has left already', async () => {
    const { world, queue } = setUp({ timeoutMs: 1 })
    const { promise, resolve } = Promise.withResolvers<void>()
    const run = async (): Promise<void> => {
      await promise
      world.written.push('slow')
    }
    expect(await queue.keepOrQueue({ what: 'slow', bytes: 1, run })).toBe(false)
    const closing = queue.close()
    resolve()
    await closing
    expect(world.written).toEqual(['slow'])
    expect(queue.counts()).toMatchObject({ queued: 0, keptLater: 1, dropped: 0 })
  })

  test('gives up after the time given, counts what is lost, and takes nothing more', async () => {
    const { world, queue, write } = setUp()
    world.away = true
    await queue.keepOrQueue(write('a'))
    await queue.close(50)
    expect(queue.counts()).toMatchObject({ queued: 0, dropped: 1 })
    world.away = false
    expect(await queue.keepOrQueue(write('b'))).toBe(false)
    expect(world.written).toEqual([])
  })
})
