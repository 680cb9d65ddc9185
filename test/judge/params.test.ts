import { expect, test } from 'vitest'
import { checkingSource } from '../support/stand-ins/checking-source.ts'
import { fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const params = { service: 'shop-web' }

test('POST /v1/judge keeps the params of a run and asks with them when a later look names none', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + minute + 20_000
  const { body } = await running.judge({ params })
  expect(await running.store.getRun(body.run)).toMatchObject({ params })
  running.clock.ms += minute
  await running.judge()
  running.clock.ms += minute
  await running.judge({ params: { service: 'other' } })
  expect(running.source.fetches.map((fetch) => fetch.params)).toEqual([params, params, { service: 'other' }])
  expect(await running.store.getRun(body.run)).toMatchObject({ params })
})

test('POST /v1/judge adds params to a run that began without', async () => {
  await using running = await runJudge()
  running.clock.ms = rolloutStart + minute + 20_000
  const { body } = await running.judge()
  running.clock.ms += minute
  await running.judge({ params })
  expect(await running.store.getRun(body.run)).toMatchObject({ params })
})

test.each([
  ['nothing asks for', 'select: pods', { sevice: 'web' }, 'params.sevice', 'service, stableService'],
  [
    'the policy selects by',
    'select: {canary: {app: "{{team}}-c"}, stable: {app: "{{team}}-s"}}',
    {},
    'params.team',
    'expected a value',
  ],
])('POST /v1/judge names a param that %s, and closes no run for it', async (_, select, given, path, says) => {
  await using running = await runJudge({
    policy: `name: web\n${select}\nmetrics: [{name: errors, kind: errors}]`,
    source: checkingSource(fixtureRecording('healthy')),
  })
  running.clock.ms = rolloutStart + minute
  const { status, body } = await running.judge({ params: given })
  expect([status, body.issues[0].path]).toEqual([400, path])
  expect(body.issues[0].message).toContain(says)
  expect((await running.store.listRuns({ limit: 10 })).items).toEqual([])
})
