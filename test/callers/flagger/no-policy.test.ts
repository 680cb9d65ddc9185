import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import request from 'supertest'
import { expect, test, vi } from 'vitest'
import type { Config } from '../../../src/app/config/config.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { fakeSource, fixtureRecording } from '../../support/stand-ins/fake-source.ts'
import { faultyStore } from '../../support/stand-ins/faulty-store.ts'
import { runApp, t0 } from '../../support/service/run-app.ts'
import { callHook, isPlainLine } from './flagger-caller.ts'

/** A Canary without metadata. */
const bare = { metadata: undefined }
const eventMessage = 'Advance web.shop canary weight 25'
const tokens = { CANARY_JUDGE_TOKENS: 'ann:decide+judge+read:ann-token-0123456789' }
const silent = pino({ level: 'silent' })
const source = fakeSource(fixtureRecording('healthy'))
/** The folder has many policies, so that none is the default. */
const directory = fileURLToPath(new URL('../../../policies', import.meta.url))
const change = (config: Config): Config => ({ ...config, policies: { directory } })

test.each([
  ['confirm-rollout', bare, 'no person holds shop/web'],
  ['post-rollout', bare, 'the rollout of shop/web is over'],
  ['event', { metadata: { eventMessage } }, "the canary's weight is 25"],
] as const)(
  'POST /v1/flagger/%s answers 200 where no policy is named and none is the default',
  async (type, sent, text) => {
    await using running = await runApp({ env: tokens, change })
    const answer = await callHook(running.url, type, sent)
    expect([answer.status, answer.text, isPlainLine(answer)]).toEqual([200, text, true])
  },
)

test.each(['pre-rollout', 'rollout'] as const)(
  'POST /v1/flagger/%s refuses what it could not judge: no policy, and no default one',
  async (type) => {
    await using running = await runApp({ env: tokens, overrides: { source }, change })
    const { status, text } = await callHook(running.url, type, bare)
    expect(status).toBe(422)
    expect(text).toMatch(
      /^unknown-policy: expected the name of a policy in `policy`, or .*, got neither; loaded are application, /,
    )
  },
)

test('POST /v1/flagger/pre-rollout takes application where there is no policy but the bundled ones', async () => {
  await using running = await runApp({ env: tokens, overrides: { source } })
  const { status, text } = await callHook(running.url, 'pre-rollout', bare)
  expect([status, text]).toEqual([200, 'ready to judge shop/web'])
})

test('POST /v1/flagger/confirm-rollout answers 425 for a person who holds, whatever the policy', async () => {
  await using running = await runApp({ env: tokens })
  await request(running.url)
    .post('/v1/decisions')
    .auth('ann', 'ann-token-0123456789')
    .send({ namespace: 'shop', name: 'web', decision: 'hold', reason: 'wait for Monday' })
  const { status, text } = await callHook(running.url, 'confirm-rollout', bare)
  expect([status, text]).toEqual([425, 'held by ann: wait for Monday'])
})

test('POST /v1/flagger/post-rollout closes the run whose policy another hook has named', async () => {
  await using running = await runApp({ env: tokens, overrides: { source } })
  const begun = await callHook(running.url, 'pre-rollout', { metadata: { policy: 'application' } })
  expect([begun.status, begun.text]).toEqual([200, 'ready to judge shop/web'])
  await callHook(running.url, 'post-rollout', { ...bare, phase: 'Succeeded' })
  const { items } = await running.store.listRuns({ namespace: 'shop', name: 'web', limit: 10 })
  expect(items.map(({ ending }) => ending)).toEqual(['promoted'])
})

test('POST /v1/flagger/post-rollout closes a run whose policy it does not name, also while the store was away', async () => {
  const real = await openStore({ url: 'sqlite::memory:', clock: { now: () => t0 }, log: silent })
  const faulty = faultyStore(real)
  const overrides = { source, openStore: async () => faulty.store, judge: { storeCallMs: 100 } }
  await using running = await runApp({ env: tokens, overrides })
  await callHook(running.url, 'pre-rollout', { metadata: { policy: 'application' } })
  faulty.state = 'away'
  const ended = { ...bare, phase: 'Failed' }
  expect((await callHook(running.url, 'post-rollout', ended)).status).toBe(200)
  expect((await callHook(running.url, 'confirm-rollout', bare)).status).toBe(200)
  faulty.state = 'well'
  await vi.waitFor(async () => {
    const { items } = await real.listRuns({ namespace: 'shop', name: 'web', limit: 10 })
    expect(items.map(({ ending }) => ending)).toEqual(['aborted'])
  })
})
