import { afterEach, beforeEach, expect, test } from 'vitest'
import request from 'supertest'
import { aRun, aStep } from '../../contract/rows.ts'
import { type RunningApp, runApp, t0 } from '../../support/service/run-app.ts'

let running: RunningApp
beforeEach(async () => {
  running = await runApp({
    env: {
      CANARY_JUDGE_TOKENS: 'ann:decide:ann-token-0123456789,argo:judge+read:argo-token-0123456789',
    },
  })
})
afterEach(() => running.app.stop())

const post = (path: string, body: object, token = 'ann-token-0123456789') =>
  request(running.url).post(path).set('Authorization', `Bearer ${token}`).send(body)

const run = aRun({ id: 'run-1', namespace: 'shop', name: 'web' })
const stored = (runId?: string) =>
  running.store.listDecisions({ namespace: 'shop', name: 'web', ...(runId !== undefined && { runId }) })

test('POST /v1/runs/{id}/decisions records who decided what, for the current step', async () => {
  await running.store.openRun(run)
  await running.store.saveStep(aStep(run.id, { index: 0 }))
  await running.store.saveStep(aStep(run.id, { index: 1 }))
  const response = await post('/v1/runs/run-1/decisions', { decision: 'approve', reason: 'looked at it' })
  expect([response.status, response.body]).toEqual([
    201,
    {
      id: expect.any(String),
      namespace: 'shop',
      name: 'web',
      run: 'run-1',
      decision: 'approve',
      scope: 'step',
      step: 1,
      override: false,
      by: 'ann',
      reason: 'looked at it',
      at: new Date(t0).toISOString(),
    },
  ])
  expect(await stored('run-1')).toMatchObject([{ id: response.body.id, kind: 'approve', step: 1, by: 'ann' }])
})

test('POST /v1/runs/{id}/decisions keeps the token beside the person it speaks for', async () => {
  await running.store.openRun(run)
  const body = { decision: 'reject', reason: 'x', by: 'Bo', scope: 'run', override: true }
  const response = await post('/v1/runs/run-1/decisions', body)
  expect(response.body).toMatchObject({ by: 'Bo (token ann)', scope: 'run', override: true })
  expect(response.body).not.toHaveProperty('step')
})

test('POST /v1/runs/{id}/decisions on a closed run is a conflict, on none 404', async () => {
  await running.store.openRun({ ...run, closedAt: t0 })
  const closed = await post('/v1/runs/run-1/decisions', { decision: 'hold', reason: 'x' })
  expect(closed.body).toMatchObject({ status: 409, detail: 'expected an open run, but "run-1" is closed' })
  const none = await post('/v1/runs/none/decisions', { decision: 'hold', reason: 'x' })
  expect(none.body).toMatchObject({ status: 404 })
})

test('POST /v1/decisions binds the open run of that name', async () => {
  await running.store.openRun(run)
  const body = { namespace: 'shop', name: 'web', decision: 'hold', reason: 'lunch', step: 0 }
  const response = await post('/v1/decisions', body)
  expect(response.body).toMatchObject({ run: 'run-1', decision: 'hold', step: 0 })
})

test('POST /v1/decisions before a run exists waits for the next one', async () => {
  const body = { namespace: 'shop', name: 'web', decision: 'hold', reason: 'freeze' }
  const response = await post('/v1/decisions', body)
  expect(response.status).toBe(201)
  expect(response.body).not.toHaveProperty('run')
  expect(await stored()).toMatchObject([{ kind: 'hold', reason: 'freeze' }])
})

test('POST /v1/decisions binds a run that opens between its look and its write', async () => {
  const listRuns = running.store.listRuns.bind(running.store)
  running.store.listRuns = async () => {
    running.store.listRuns = listRuns
    await running.store.openRun(run)
    return { items: [] }
  }
  await post('/v1/decisions', { namespace: 'shop', name: 'web', decision: 'hold', reason: 'freeze' })
  expect(await stored()).toEqual([])
  expect(await stored('run-1')).toMatchObject([{ kind: 'hold', runId: 'run-1' }])
})

test('POST /v1/decisions asks which run is meant when several are open', async () => {
  await running.store.openRun(run)
  await running.store.openRun({ ...run, id: 'run-2', source: 'other', start: run.start + 1 })
  const body = { namespace: 'shop', name: 'web', decision: 'hold', reason: 'x' }
  const response = await post('/v1/decisions', body)
  expect(response.body).toMatchObject({
    status: 409,
    detail: 'expected one open run of shop/web, got "run-2" and "run-1": decide on one by id',
  })
})

test('deciding takes the role decide', async () => {
  const body = { namespace: 'shop', name: 'web', decision: 'hold', reason: 'x' }
  const argo = await post('/v1/decisions', body, 'argo-token-0123456789')
  expect(argo.body).toMatchObject({
    status: 403,
    detail: 'expected a token with role decide, "argo" lacks it',
  })
  await using open = await runApp({ change: (config) => ({ ...config, allowAnonymous: true }) })
  const anybody = await request(open.url).post('/v1/decisions').send(body)
  expect(anybody.body).toMatchObject({
    status: 403,
    detail: 'expected a token with role decide, got none',
  })
})

test('POST /v1/decisions names every wrong field', async () => {
  const body = { namespace: '', name: 'a\u0000b', decision: 'aprove', step: 1.5, reson: 'x' }
  const response = await post('/v1/decisions', body)
  expect(response.status).toBe(400)
  expect(response.body.issues).toEqual([
    { path: 'namespace', message: 'expected at least 1 character, got ""' },
    { path: 'name', message: 'expected text without control characters, got "a\\u0000b"' },
    {
      path: 'decision',
      message: 'expected one of approve, reject, hold, clear, got "aprove", did you mean approve?',
    },
    { path: 'step', message: expect.stringContaining('expected a whole number, got 1.5') },
    { path: 'reason', message: 'expected text, got nothing' },
    { path: 'reson', message: 'unknown key "reson", did you mean reason?' },
  ])
})
