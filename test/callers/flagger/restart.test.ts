import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MainProcess, runMain } from '../../support/service/run-main.ts'
import request from 'supertest'
import { callHook, quickPolicy, token } from './flagger-caller.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-flagger-'))
  await mkdir(join(folder, 'policies'))
  await writeFile(join(folder, 'policies', 'web.yaml'), quickPolicy())
  await writeFile(join(folder, 'judge-config.yml'), 'policies: {directory: policies}\n')
})
afterAll(() => rm(folder, { recursive: true }))

async function start(database: string): Promise<{ readonly main: MainProcess; readonly url: string }> {
  const main = await runMain({
    CANARY_JUDGE_CONFIG: join(folder, 'judge-config.yml'),
    CANARY_JUDGE_TOKENS: `ann:decide+judge+read:${token}`,
    DATABASE_URL: `sqlite:${join(folder, database)}`,
  })
  return { main, url: `http://127.0.0.1:${String((await main.line('ready'))['port'])}` }
}

async function kill({ main }: { readonly main: MainProcess }): Promise<void> {
  main.child.kill('SIGKILL')
  await main.ended
}

test('POST /v1/flagger/* survives kill -9 between pre-rollout and the first rollout hook', async () => {
  const before = await start('first-step.sqlite')
  expect((await callHook(before.url, 'pre-rollout')).status).toBe(200)
  await kill(before)
  const after = await start('first-step.sqlite')
  const { url } = after
  expect(await callHook(url, 'confirm-traffic-increase')).toMatchObject({ text: 'the first step may begin' })
  expect((await callHook(url, 'rollout')).status).toBe(200)
  expect((await callHook(url, 'confirm-traffic-increase')).status).toBe(425)
  expect((await callHook(url, 'rollback')).status).toBe(409)
  const { body } = await request(url).get('/v1/runs').auth('flagger', token)
  expect(body.runs).toMatchObject([{ source: 'flagger', name: 'web', revision: '7d9fb', open: true }])
  await kill(after)
})

test('POST /v1/flagger/* survives kill -9 after a reject: it stops the rollout all the same', async () => {
  const before = await start('reject.sqlite')
  await callHook(before.url, 'pre-rollout')
  await callHook(before.url, 'rollout')
  const decision = { namespace: 'shop', name: 'web', decision: 'reject', reason: 'looks odd' }
  const { status } = await request(before.url).post('/v1/decisions').auth('ann', token).send(decision)
  expect(status).toBe(201)
  await kill(before)
  const after = await start('reject.sqlite')
  expect((await callHook(after.url, 'rollback')).status).toBe(409)
  expect((await callHook(after.url, 'rollout')).status).toBe(412)
  expect((await callHook(after.url, 'rollback')).status).toBe(200)
  expect((await callHook(after.url, 'post-rollout', { phase: 'Failed' })).status).toBe(200)
  await kill(after)
  const later = await start('reject.sqlite')
  expect((await callHook(later.url, 'rollback')).status).toBe(409)
  await kill(later)
})
