import { get as httpGet } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import request from 'supertest'
import { aDecision, aRun, aStep, aVerdict } from '../../contract/rows.ts'
import { type RunningApp, runApp, t0 } from '../../support/service/run-app.ts'
import { sampleRecording } from '../../support/recordings.ts'

const time = (ms: number) => new Date(ms).toISOString()
let running: RunningApp
beforeAll(async () => {
  running = await runApp({
    env: {
      CANARY_JUDGE_TOKENS:
        'all:read:all-token-0123456789,argo:judge:argo-token-0123456789,ann:decide:ann-token-0123456789',
    },
    change: (config) => ({
      ...config,
      tokens: config.tokens.map((token) =>
        token.name === 'ann' ? { ...token, namespaces: ['shop'] } : token,
      ),
    }),
  })
  await running.store.openRun(run)
  await running.store.openRun(other)
  await running.store.saveStep(step)
  const digest = await running.store.saveRecording(run.id, recording)
  await running.store.saveVerdict({ ...verdict, recordingDigest: digest })
  await running.store.saveVerdict(bare)
  await running.store.saveVerdict(hidden)
  await running.store.saveDecision(decision)
})
afterAll(() => running.app.stop())

const run = aRun({ id: 'run-1', namespace: 'shop', name: 'web', start: t0, gates: 3, stableRevision: 'old' })
const other = aRun({
  id: 'run-2',
  namespace: 'bank',
  name: 'api',
  start: t0 + 1000,
  closedAt: t0 + 2000,
  firstFailAt: t0 + 1500,
  ending: 'aborted',
})
const step = aStep(run.id, { passedAt: t0 + 5 })
const recording = sampleRecording(5)
const verdict = aVerdict(run.id, { id: 'v-1', at: t0 + 60_000, body: { summary: 'as answered', id: 'v-1' } })
const bare = aVerdict(run.id, { id: 'v/0 ä', at: t0 })
const hidden = aVerdict(other.id, { id: 'v-2' })
const decision = aDecision({ id: 'd-1', name: 'web', runId: run.id, at: t0, step: 1 })

const get = (path: string, token = 'all-token-0123456789') =>
  request(running.url).get(path).set('Authorization', `Bearer ${token}`)
const ann = 'ann-token-0123456789'

const runJson = {
  id: 'run-1',
  source: run.source,
  namespace: 'shop',
  name: 'web',
  revision: run.revision,
  stableRevision: 'old',
  policy: run.policy,
  policyDigest: run.policyDigest,
  open: true,
  start: time(t0),
  openedAt: time(run.openedAt),
  lastLookAt: time(run.lastLookAt),
  gates: 3,
}
const otherJson = {
  id: 'run-2',
  source: other.source,
  namespace: 'bank',
  name: 'api',
  revision: other.revision,
  policy: other.policy,
  policyDigest: other.policyDigest,
  open: false,
  start: time(t0 + 1000),
  openedAt: time(other.openedAt),
  lastLookAt: time(other.lastLookAt),
  closedAt: time(t0 + 2000),
  firstFailAt: time(t0 + 1500),
  ending: 'aborted',
}

test('GET /v1/runs lists runs, newest first, in pages', async () => {
  const all = await get('/v1/runs')
  expect([all.status, all.body]).toEqual([200, { runs: [otherJson, runJson] }])
  const first = await get('/v1/runs?limit=1')
  expect(first.body).toEqual({ runs: [otherJson], next: expect.any(String) })
  const second = await get(`/v1/runs?limit=1&after=${first.body.next}`)
  expect(second.body).toEqual({ runs: [runJson] })
})

test('GET /v1/runs filters by namespace, name and open', async () => {
  expect((await get('/v1/runs?namespace=shop')).body).toEqual({ runs: [runJson] })
  expect((await get('/v1/runs?name=api&open=false')).body).toEqual({ runs: [otherJson] })
  expect((await get('/v1/runs?name=api&open=true')).body).toEqual({ runs: [] })
})

test('GET /v1/runs refuses limits and cursors that are none', async () => {
  for (const limit of ['0', '201', '1e2', '-1', '']) {
    expect((await get(`/v1/runs?limit=${limit}`)).body).toMatchObject({
      status: 400,
      issues: [{ path: 'limit', message: `expected a whole number from 1 to 200, got "${limit}"` }],
    })
  }
  expect((await get('/v1/runs?limit=200')).status).toBe(200)
  expect((await get('/v1/runs?after=%00')).body).toMatchObject({ status: 400, issues: [{ path: 'after' }] })
  expect((await get('/v1/runs?after=abc')).body).toMatchObject({ status: 400, issues: [{ path: 'after' }] })
})

test('GET /v1/runs/{id} gives everything about a run', async () => {
  const response = await get('/v1/runs/run-1')
  expect([response.status, response.body]).toEqual([
    200,
    {
      run: runJson,
      steps: [
        {
          index: step.index,
          weight: step.weight,
          next: step.next,
          startedAt: time(step.startedAt),
          endsAt: time(step.endsAt),
          passedAt: time(t0 + 5),
        },
      ],
      decisions: [
        {
          id: 'd-1',
          namespace: decision.namespace,
          name: 'web',
          run: 'run-1',
          decision: decision.kind,
          scope: decision.scope,
          step: 1,
          override: decision.override,
          by: decision.by,
          reason: decision.reason,
          at: time(t0),
        },
      ],
      gates: [],
      verdicts: [
        {
          id: 'v-1',
          at: time(t0 + 60_000),
          createdAt: time(verdict.createdAt),
          judged: verdict.judged,
          verdict: verdict.verdict,
          score: verdict.score,
          summary: verdict.summary,
          links: { verdict: '/v1/verdicts/v-1', recording: '/v1/verdicts/v-1/recording' },
        },
        expect.objectContaining({ id: 'v/0 ä', links: { verdict: '/v1/verdicts/v%2F0%20%C3%A4' } }),
      ],
    },
  ])
  const page = await get('/v1/runs/run-1?limit=1')
  expect(page.body).toMatchObject({ verdicts: [{ id: 'v-1' }], next: expect.any(String) })
  const rest = await get(`/v1/runs/run-1?after=${page.body.next}`)
  expect(rest.body.verdicts).toMatchObject([{ id: 'v/0 ä' }])
})

test('GET /v1/verdicts/{id} gives the answer as it was given', async () => {
  const response = await get('/v1/verdicts/v-1')
  expect([response.status, response.body]).toEqual([200, { summary: 'as answered', id: 'v-1' }])
  expect((await get('/v1/verdicts/v%2F0%20%C3%A4')).status).toBe(200)
})

test('GET /v1/verdicts/{id}/recording gives the evidence in the format of replay', async () => {
  const response = await get('/v1/verdicts/v-1/recording')
  expect(response.status).toBe(200)
  expect(response.body).toMatchObject({ format: 'canary-judge/recording/1', slices: 5 })
  const none = await get('/v1/verdicts/v%2F0%20%C3%A4/recording')
  expect(none.body).toMatchObject({
    status: 404,
    detail: 'expected a recording that is still kept for verdict "v/0 ä"',
  })
})

test.each(['/v1/runs/none', '/v1/verdicts/none', '/v1/verdicts/none/recording'])(
  'GET %s is 404',
  async (path) => {
    const response = await get(path)
    expect(response.body).toMatchObject({ status: 404, code: 'not-found' })
  },
)

test('a token limited to a namespace sees nothing of others, not even that it exists', async () => {
  expect((await get('/v1/runs', ann)).body).toEqual({ runs: [runJson] })
  expect((await get('/v1/runs?namespace=bank', ann)).body).toMatchObject({
    status: 403,
    detail: 'expected a namespace of this token (shop), got "bank"',
  })
  for (const path of ['/v1/runs/run-2', '/v1/verdicts/v-2', '/v1/verdicts/v-2/recording']) {
    const { status, body } = await get(path, ann)
    expect([status, body.detail]).toEqual([
      404,
      expect.stringMatching(/^expected the id of a (run|verdict), got "/),
    ])
  }
})

test('reading takes the role read, which decide implies and judge does not', async () => {
  const answers = await Promise.all([
    request(running.url).get('/v1/runs'),
    get('/v1/runs', 'wrong-token-0123456789'),
    get('/v1/runs', 'argo-token-0123456789'),
    get('/v1/runs', ann),
    request(running.url).get('/v1/runs').auth('anyone', 'all-token-0123456789'),
  ])
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 200, 200])
  // Two headers, because a browser asks for a password only when Basic has a header of its own.
  const { headers } = await fetch(`${running.url}/v1/runs`)
  expect(answers[0]?.headers['www-authenticate']).toBe(headers.get('www-authenticate'))
  expect(await rawHeaders(running.url)).toEqual([
    'Bearer realm="canary-judge"',
    'Basic realm="canary-judge", charset="UTF-8"',
  ])
})

function rawHeaders(url: string): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  httpGet(`${url}/v1/runs`, (answer) => {
    answer.resume()
    resolve(answer.headersDistinct['www-authenticate'] ?? [])
  }).on('error', reject)
  return promise
}
