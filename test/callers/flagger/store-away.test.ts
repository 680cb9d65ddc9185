import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import type { VerdictStore } from '../../../src/judge/ports/ports.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { minute } from '../../support/service/run-judge.ts'
import { quickPolicy, runFlagger } from './flagger-caller.ts'
import { startStopwatch } from '../../support/measures/stopwatch.ts'

type Mode = 'there' | 'away' | 'hangs'

/** A store that the test can take away. Digests need no database. */
async function switchableStore() {
  const real = await openStore({
    url: 'sqlite::memory:',
    clock: { now: () => Date.now() },
    log: pino({ level: 'silent' }),
  })
  const control: { mode: Mode; finds: number; refusedFinds: number; refusedOpens: number } = {
    mode: 'there',
    finds: 0,
    refusedFinds: 0,
    refusedOpens: 0,
  }
  const store: VerdictStore = new Proxy(real, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function' || key === 'digestRecording' || key === 'close') return method
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (key === 'findOpenRun') control.finds++
        const refused =
          (key === 'openRun' && control.refusedOpens-- > 0) ||
          (key === 'findOpenRun' && control.refusedFinds-- > 0)
        if (control.mode === 'hangs') return Promise.withResolvers<never>().promise
        if (refused || control.mode === 'away') throw new AppError('store-unavailable', 'connection refused')
        return Reflect.apply(method, target, args)
      }
    },
  })
  return { control, real, store }
}

/** Plays a rollout from the first hook to the fail while the store is away. */
async function failWithout(mode: Mode) {
  const { control, real, store } = await switchableStore()
  const running = await runFlagger({
    fixture: 'errors-x10',
    policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
    overrides: { openStore: async () => store, judge: { storeCallMs: 200 } },
  })
  control.mode = mode
  const answers: string[] = []
  let slowest = 0
  const timed = async (type: Parameters<typeof running.hook>[0]): Promise<void> => {
    const watch = startStopwatch()
    answers.push(`${type} ${(await running.hook(type)).status}`)
    slowest = Math.max(slowest, watch.elapsedMs())
  }
  for (const type of ['confirm-rollout', 'pre-rollout', 'confirm-traffic-increase'] as const)
    await timed(type)
  await running.until('rollout', 412)
  for (const type of ['rollout', 'confirm-traffic-increase', 'rollback'] as const) await timed(type)
  return { running, control, real, answers, slowest }
}

const fromMemory = [
  'confirm-rollout 200',
  'pre-rollout 200',
  'confirm-traffic-increase 200',
  'rollout 412',
  'confirm-traffic-increase 412',
  'rollback 200',
]

test('POST /v1/flagger/* while the store is away goes on from memory, and keeps it when the store is back', async () => {
  const { running, control, real, answers } = await failWithout('away')
  await using _ = running
  expect(answers).toEqual(fromMemory)
  control.mode = 'there'
  await vi.waitFor(
    async () => {
      const { items } = await real.listRuns({ limit: 10 })
      expect(items).toMatchObject([{ source: 'flagger', revision: '7d9fb' }])
      expect((await real.listVerdicts(items[0]?.id ?? '', { limit: 10 })).items).not.toEqual([])
    },
    { timeout: 10_000 },
  )
  expect((await running.hook('rollout')).status).toBe(412)
  expect((await running.hook('rollback')).status).toBe(200)
  expect((await real.listRuns({ limit: 10 })).items).toHaveLength(1)
})

test('POST /v1/flagger/* while the store hangs goes on from memory, within the timeouts of the manifest', async () => {
  const { running, control, answers, slowest } = await failWithout('hangs')
  await using _ = running
  expect(answers).toEqual(fromMemory)
  expect(slowest).toBeLessThan(3000)
  control.mode = 'there'
})

test('POST /v1/flagger/pre-rollout that reaches the store late does not end the rollout that has come since', async () => {
  const { control, real, store } = await switchableStore()
  await using running = await runFlagger({ overrides: { openStore: async () => store } })
  control.mode = 'away'
  await running.hook('pre-rollout')
  control.mode = 'there'
  running.clock.ms += minute
  await running.hook('rollout')
  const before = await real.listRuns({ limit: 10, open: true })
  expect(before.items).toHaveLength(1)
  const { finds } = control
  await vi.waitFor(() => expect(control.finds).toBe(finds + 1), { timeout: 10_000 })
  await running.hook('rollout')
  expect(await real.listRuns({ limit: 10 })).toMatchObject({ items: [{ id: before.items[0]?.id }] })
})

test('POST /v1/flagger/rollout judges a run whose opening the store did not take, and the run is opened then', async () => {
  const { control, real, store } = await switchableStore()
  await using running = await runFlagger({ overrides: { openStore: async () => store } })
  control.refusedOpens = 1
  const answer = await running.hook('rollout')
  expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/^inconclusive: /) })
  const { items } = await real.listRuns({ limit: 10 })
  expect(items).toMatchObject([{ source: 'flagger', revision: '7d9fb', gates: 3 }])
  expect((await real.listVerdicts(items[0]?.id ?? '', { limit: 10 })).items).toHaveLength(1)
})

test('POST /v1/flagger/rollout of a revision that the store does not know ends the run of the revision before', async () => {
  const { control, real, store } = await switchableStore()
  await using running = await runFlagger({
    fixture: 'errors-x10',
    policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
    overrides: { openStore: async () => store },
  })
  await running.begin()
  await running.until('rollout', 412)
  control.refusedFinds = 1
  const { status } = await running.hook('rollout', { checksum: '8c2aa' })
  expect(status).toBe(200)
  expect((await real.listRuns({ limit: 10 })).items).toMatchObject([
    { revision: '8c2aa' },
    { revision: '7d9fb', ending: 'superseded' },
  ])
})

test('POST /v1/flagger/confirm-rollout while the store is away keeps to the hold it saw last, and claims no more', async () => {
  const { control, store } = await switchableStore()
  await using running = await runFlagger({ overrides: { openStore: async () => store } })
  const confirm = async (): Promise<string> => {
    const { status, text } = await running.hook('confirm-rollout')
    return `${status} ${text}`
  }
  await running.decide({ decision: 'hold' })
  const held = await confirm()
  expect(held).toBe('425 held by ann: looked at it')
  control.mode = 'away'
  expect(await confirm()).toBe(held)
  control.mode = 'there'
  await running.decide({ decision: 'clear' })
  expect(await confirm()).toBe('200 no person holds shop/web')
  control.mode = 'away'
  expect(await confirm()).toBe('200 no hold on shop/web is known: the store is away')
})
