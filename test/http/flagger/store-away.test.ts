import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { AppError } from '../../../src/app-error.ts'
import type { VerdictStore } from '../../../src/ports.ts'
import { openStore } from '../../../src/storage/open-store.ts'
import { minute } from '../../support/run-judge.ts'
import { quickPolicy, runFlagger } from './flagger-caller.ts'

type Mode = 'there' | 'away' | 'hangs'

/** A store that can be taken away; digests need no database. */
async function switchableStore() {
  const real = await openStore({
    url: 'sqlite::memory:',
    clock: { now: () => Date.now() },
    log: pino({ level: 'silent' }),
  })
  const control: { mode: Mode; finds: number } = { mode: 'there', finds: 0 }
  const store: VerdictStore = new Proxy(real, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function' || key === 'digestRecording' || key === 'close') return method
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (key === 'findOpenRun') control.finds++
        if (control.mode === 'hangs') return Promise.withResolvers<never>().promise
        if (control.mode === 'away') throw new AppError('store-unavailable', 'connection refused')
        return Reflect.apply(method, target, args)
      }
    },
  })
  return { control, real, store }
}

test.each(['away', 'hangs'] as const)(
  'POST /v1/flagger/* from a store that is %s goes on from memory, within the timeouts of the manifest',
  async (mode) => {
    const { control, real, store } = await switchableStore()
    await using running = await runFlagger({
      fixture: 'errors-x10',
      policy: quickPolicy().replace('tolerance: 4, margin: 8', 'tolerance: 1'),
      overrides: { openStore: async () => store, judge: { storeCallMs: 200 } },
    })
    control.mode = mode
    const timed = async (type: Parameters<typeof running.hook>[0]) => {
      const start = performance.now()
      const { status } = await running.hook(type)
      return { status, inTime: performance.now() - start < 3000 }
    }
    expect(await timed('confirm-rollout')).toEqual({ status: 200, inTime: true })
    expect(await timed('pre-rollout')).toEqual({ status: 200, inTime: true })
    expect(await timed('confirm-traffic-increase')).toEqual({ status: 200, inTime: true })
    const failed = await running.until('rollout', 412)
    expect(failed.text).toMatch(/^fail: /)
    expect((await running.hook('rollback')).status).toBe(200)
    if (mode === 'away') {
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
    }
    control.mode = 'there'
  },
)

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
