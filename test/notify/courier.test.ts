import { expect, test } from 'vitest'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { announcingStore } from '../../src/notify/announcing-store.ts'
import { createCourier } from '../../src/notify/courier.ts'
import type { NotifySettings } from '../../src/notify/settings.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { aRun, minute, silentLog, t0 } from '../contract/rows.ts'
import {
  type MessageStandIn,
  startStandIn,
  type StandInAnswer,
} from '../support/stand-ins/message-stand-in.ts'

const hour = 60 * minute

/** A courier with one target, on a store and a clock of its own. */
async function startCourier(...answers: StandInAnswer[]) {
  const standIn = await startStandIn(...answers)
  const clock = { ms: t0, now: (): number => clock.ms }
  const inner = await openStore({ url: 'sqlite::memory:', clock, log: silentLog })
  const lines: string[] = []
  const counts: string[] = []
  const settings: NotifySettings = {
    targets: { hook: { type: 'webhook', url: { reveal: () => `${standIn.url}/S3cret-path` } } },
    routes: [{ targets: ['hook'] }],
    templates: {},
  }
  const deps = { store: (): VerdictStore => inner, settings: () => settings, clock, random: () => 1 }
  const start = () =>
    createCourier({
      ...deps,
      log: createLogger('debug', { write: (line) => void lines.push(line) }),
      count: (_target, result) => counts.push(result),
    })
  const courier = start()
  const store = announcingStore(inner, { settings: () => settings, wake: () => courier.wake() })
  return {
    standIn,
    clock,
    store,
    courier,
    lines,
    counts,
    another: start,
    begin: (name: string) => store.openRun(aRun({ name, openedAt: clock.ms })),
    async later(ms: number): Promise<void> {
      clock.ms += ms
      courier.wake()
      await courier.idle()
    },
    async [Symbol.asyncDispose]() {
      await courier.close()
      await inner.close()
      await standIn[Symbol.asyncDispose]()
    },
  }
}

const subjects = ({ received }: MessageStandIn): readonly string[] =>
  received.map(({ body }) => /"subject":"([^"]*)"/.exec(body)?.[1] ?? '')

test('a message that is answered 200 is sent once, in the order of what happened', async () => {
  await using world = await startCourier()
  for (const name of ['a', 'b', 'c']) await world.begin(name)
  await world.courier.idle()
  await world.later(hour)
  expect(subjects(world.standIn)).toEqual(['shop/a', 'shop/b', 'shop/c'])
  expect(world.counts).toEqual(['sent', 'sent', 'sent'])
})

test('429 with Retry-After is tried again no sooner, and the target is left alone meanwhile', async () => {
  await using world = await startCourier({ status: 429, headers: { 'Retry-After': '30' } })
  await world.begin('a')
  await world.courier.idle()
  await world.begin('b')
  await world.later(29_999)
  expect(subjects(world.standIn)).toEqual(['shop/a'])
  await world.later(1)
  expect(subjects(world.standIn)).toEqual(['shop/a', 'shop/a', 'shop/b'])
  const [first, second] = world.standIn.received
  expect(JSON.parse(second?.body ?? '')).toMatchObject({ id: JSON.parse(first?.body ?? '').id })
})

test('Retry-After may be a date, and counts for an hour at most', async () => {
  const date = new Date(t0 + 90_000).toUTCString()
  await using world = await startCourier(
    { status: 503, headers: { 'Retry-After': date } },
    { status: 503, headers: { 'Retry-After': '86400' } },
  )
  await world.begin('a')
  await world.courier.idle()
  await world.later(89_000)
  expect(world.standIn.received).toHaveLength(1)
  await world.later(1000)
  expect(world.standIn.received).toHaveLength(2)
  await world.later(hour)
  expect(world.counts).toEqual(['failed', 'failed', 'sent'])
})

test('500 is tried again after pauses that double, and given up after a day', async () => {
  const failures = Array.from({ length: 1000 }, () => ({ status: 500 }))
  await using world = await startCourier(...failures)
  await world.begin('a')
  await world.courier.idle()
  for (const seconds of [1, 2, 4, 8]) {
    await world.later(seconds * 1000 - 1)
    const tries = world.standIn.received.length
    await world.later(1)
    expect(world.standIn.received).toHaveLength(tries + 1)
  }
  for (let hours = 0; hours < 25; hours++) await world.later(hour)
  expect(world.counts.filter((result) => result === 'given-up')).toHaveLength(1)
  expect(world.counts.at(-1)).toBe('given-up')
  const tries = world.standIn.received.length
  await world.later(hour)
  expect(world.standIn.received).toHaveLength(tries)
  expect(world.lines.some((line) => line.includes('a message is given up'))).toBe(true)
})

test.each([400, 422])('%i is not tried again: the message itself is not wanted', async (status) => {
  await using world = await startCourier({ status })
  await world.begin('a')
  await world.begin('b')
  await world.courier.idle()
  await world.later(hour)
  expect(subjects(world.standIn)).toEqual(['shop/a', 'shop/b'])
  expect(world.counts).toEqual(['given-up', 'sent'])
})

test('a redirect is not followed', async () => {
  await using elsewhere = await startStandIn()
  await using world = await startCourier({ status: 307, headers: { Location: elsewhere.url } })
  await world.begin('a')
  await world.courier.idle()
  expect(elsewhere.received).toEqual([])
  expect(world.counts).toEqual(['failed'])
})

test('a target that answers nothing keeps no change of a run waiting, and close() puts its message back', async () => {
  await using world = await startCourier('nothing')
  const { opened } = await world.begin('a')
  expect(opened).toBe(true)
  await world.standIn.count(1)
  await world.begin('b')
  await world.courier.close(0)
  const other = world.another()
  other.wake()
  await other.idle()
  expect(subjects(world.standIn)).toEqual(['shop/a', 'shop/a', 'shop/b'])
  await other.close()
})

test('a target that is not there is tried again, and no log line has its address', async () => {
  await using world = await startCourier()
  await world.standIn[Symbol.asyncDispose]()
  await world.begin('a')
  await world.courier.idle()
  expect(world.counts).toEqual(['failed'])
  const log = world.lines.join('')
  expect(log).toContain('no connection (ECONNREFUSED)')
  expect(log).not.toContain('S3cret')
})

test('a message that a courier has taken goes to nobody else, until that courier is gone for a minute', async () => {
  await using world = await startCourier('nothing')
  await world.begin('a')
  await world.standIn.count(1)
  const other = world.another()
  other.wake()
  await other.idle()
  expect(world.standIn.received).toHaveLength(1)
  world.clock.ms += minute
  other.wake()
  await other.idle()
  expect(world.standIn.received).toHaveLength(2)
  await other.close()
  await world.courier.close(0)
})
