import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMaintenance } from '../../src/app/maintenance.ts'
import { readConfig } from '../../src/app/config/config.ts'
import { createPolicyLibrary } from '../../src/judge/policies/policy-library.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aRun, day, silentLog, t0 } from '../contract/rows.ts'
import { fixturePolicy, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-restart-'))
})
afterAll(() => rm(folder, { recursive: true }))

const open = (name: string) =>
  openStore({ url: `sqlite:${join(folder, name)}`, clock: { now: () => t0 }, log: silentLog })

test.each([
  ['changed', 'name: web\nmode: observe\nmetrics: [{name: errors, kind: errors}]', 200],
  ['is gone', 'name: other\nmetrics: [{name: errors, kind: errors}]', 200],
])(
  'after a restart a run is judged by the policy it began with, though its file %s',
  async (what, text, status) => {
    const overrides = { openStore: () => open(`${what}.db`) }
    const first = await runJudge({ fixture: 'errors-x10', policy: fixturePolicy, overrides })
    first.clock.ms = rolloutStart + 2 * minute
    const { body: before } = await first.judge({ policy: 'web' })
    await first[Symbol.asyncDispose]()
    await using second = await runJudge({ fixture: 'errors-x10', policy: text, overrides })
    second.clock.ms = rolloutStart + 12 * minute
    const after = await second.judge({ policy: 'web' })
    expect(after.status).toBe(status)
    expect(after.body).toMatchObject({ run: before.run, judged: 'fail', verdict: 'fail' })
  },
)

test('another policy that is asked for by name neither sees nor makes what the run remembers', async () => {
  await using running = await runJudge({ fixture: 'errors-x10' })
  running.clock.ms = rolloutStart + 2 * minute
  const { body } = await running.judge()
  await running.writePolicy('name: other\nmode: observe\nmetrics: [{name: errors, kind: errors}]')
  await running.app.reload()
  running.clock.ms = rolloutStart + 12 * minute
  const other = await running.judge({ policy: 'other' })
  expect(other.body).toMatchObject({ run: body.run, judged: 'fail', verdict: 'inconclusive' })
  expect((await running.store.getRun(body.run))?.firstFailAt).toBeUndefined()
})

test('startUpkeep() deletes what is past its time and closes what is forgotten', async () => {
  const { config } = await readConfig({})
  const store = await open('upkeep.db')
  const old = aRun({ closedAt: t0 })
  const forgotten = aRun({ lastLookAt: t0 })
  await store.openRun(old)
  await store.openRun(forgotten)
  const stores = {
    store: () => store,
    open: async () => undefined,
    check: async () => undefined,
    close: async () => undefined,
  }
  const wakes: (() => void)[] = []
  const upkeep = startMaintenance({
    current: () => config,
    stores,
    source: () => undefined,
    policies: createPolicyLibrary(),
    clock: { now: () => t0 + 31 * day },
    courier: { wake: () => undefined },
    log: silentLog,
    sleep: (_ms, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      wakes.push(resolve)
      return promise
    },
  })
  for (const wake of wakes.splice(0)) wake()
  await expect.poll(() => store.getRun(old.id)).toBeUndefined()
  await expect.poll(async () => (await store.getRun(forgotten.id))?.ending).toBe('gone quiet')
  await upkeep.close()
  await store.close()
})
