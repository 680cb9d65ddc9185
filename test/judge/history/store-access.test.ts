import { stat } from 'node:fs/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { startDeadline } from '../../../src/judge/model/deadline.ts'
import { createRunCache, type Within } from '../../../src/judge/history/run-history.ts'
import { createStoreAccess, type StoreAccess } from '../../../src/judge/history/store-access.ts'
import type { VerdictStore } from '../../../src/judge/ports/ports.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { silentLog } from '../../contract/rows.ts'

const opened: VerdictStore[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

async function accessTo(settings: { readonly callMs?: number }): Promise<StoreAccess> {
  const store = await openStore({ url: 'sqlite::memory:', clock: { now: () => 0 }, log: silentLog })
  opened.push(store)
  return createStoreAccess({ store: () => store, memory: createRunCache(), ...settings })
}

/** The result of the call, or a text that says that memory answered. */
const ask = (access: StoreAccess, call: () => Promise<string>) =>
  access.read(startDeadline(8000), async (_book, within: Within | undefined) =>
    within === undefined ? 'from memory' : within(call),
  )

const atOnce = async (): Promise<string> => 'at once'

test('read() waits for a store that is busy, as long as it answers others', async () => {
  const access = await accessTo({})
  vi.useFakeTimers()
  const slow = Promise.withResolvers<string>()
  const reading = ask(access, () => slow.promise)
  for (let each = 0; each < 3; each++) {
    await vi.advanceTimersByTimeAsync(900)
    await ask(access, atOnce)
  }
  slow.resolve('late')
  expect(await reading).toEqual({ value: 'late', away: false })
})

test('read() keeps the larger part of the deadline for the rest, and asks a store that is only busy again', async () => {
  const access = await accessTo({})
  vi.useFakeTimers()
  const reading = ask(access, () => Promise.withResolvers<never>().promise)
  for (let each = 0; each < 5; each++) {
    await vi.advanceTimersByTimeAsync(900)
    await ask(access, atOnce)
  }
  expect(await reading).toEqual({ value: 'from memory', away: true })
  expect(await ask(access, atOnce)).toEqual({ value: 'at once', away: false })
})

test('read() makes no call for five seconds to a store that answers none', async () => {
  const access = await accessTo({})
  vi.useFakeTimers()
  const reading = ask(access, () => Promise.withResolvers<never>().promise)
  await vi.advanceTimersByTimeAsync(1100)
  expect(await reading).toEqual({ value: 'from memory', away: true })
  expect(await ask(access, atOnce)).toEqual({ value: 'from memory', away: true })
  await vi.advanceTimersByTimeAsync(5000)
  expect(await ask(access, atOnce)).toEqual({ value: 'at once', away: false })
})

test('read() takes an answer that came while the process itself was busy', async () => {
  const access = await accessTo({ callMs: 20 })
  const reading = ask(access, async () => {
    await stat(import.meta.filename)
    return 'in time'
  })
  await Promise.resolve()
  const end = performance.now() + 300
  while (performance.now() < end);
  expect(await reading).toEqual({ value: 'in time', away: false })
})
