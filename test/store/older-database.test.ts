import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { flaggerCalls, quickPolicy } from '../callers/flagger/flagger-caller.ts'
import { silentLog } from '../contract/rows.ts'
import { codesOf, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

/**
 * This database was written by the commit b782bda, whose schema had four migrations. It has the runs of POST /v1/judge and
 * of Flagger's hooks about one canary, both of which failed at 11:02:20, and an event with the weight.
 */
const file = new URL('../fixtures/stores/four-migrations.db.gz', import.meta.url)

test('a database of four migrations opens, and its runs go on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-older-'))
  const path = join(folder, 'older.db')
  await writeFile(path, gunzipSync(await readFile(file)))
  const clock = { now: () => rolloutStart }
  const store = await openStore({ url: `sqlite:${path}`, clock, log: silentLog })
  await using running = await runJudge({
    policy: quickPolicy(),
    overrides: { openStore: async () => store },
  })
  const flagger = flaggerCalls(running)
  running.clock.ms = rolloutStart + 3 * minute + 20_000
  // The service can answer only from what the runs remember.
  running.source.fault = 'down'
  const { items } = await store.listRuns({ open: true, limit: 10 })
  expect(items.map(({ source, callerState }) => [source, callerState])).toEqual(
    expect.arrayContaining([
      ['judge', undefined],
      ['flagger', 'rollout, told weights'],
    ]),
  )
  const { body } = await running.judge()
  expect(body).toMatchObject({ verdict: 'fail', run: items.find(({ source }) => source === 'judge')?.id })
  expect(codesOf(body)).toContain('failed-before')
  expect(await flagger.hook('rollout')).toMatchObject({ status: 412 })
  expect(await flagger.hook('rollback')).toMatchObject({ status: 200 })
  await flagger.hook('post-rollout', { phase: 'Failed' })
  const hooked = items.find(({ source }) => source === 'flagger')
  expect(await store.getRun(hooked?.id ?? '')).toMatchObject({ ending: 'aborted' })
  await rm(folder, { recursive: true })
})
