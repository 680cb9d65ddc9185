import request from 'supertest'
import { expect, test } from 'vitest'
import { aDecision, aRun, aVerdict, t0 } from '../../contract/rows.ts'
import { runApp, type RunningApp } from '../../support/service/run-app.ts'
import { minute, rolloutStart, runJudge } from '../../support/service/run-judge.ts'

const token = 'reader-token-0123456789'

const runReader = (): Promise<RunningApp> => runApp({ env: { CANARY_JUDGE_TOKENS: `reader:read:${token}` } })

const get = ({ url }: { readonly url: string }, path: string) =>
  request(url).get(path).set('Authorization', `Bearer ${token}`).buffer(true)

const head =
  'run,caller,namespace,name,revision,stable_revision,image,commit,labels,policy,policy_digest,start,closed,ending,first_fail,verdict,summary,decisions'

test('GET /v1/runs.csv has a row for each run with its labels, last verdict and decisions, newest first', async () => {
  await using running = await runReader()
  const { store } = running
  const old = aRun({
    id: 'old',
    name: 'web',
    closedAt: t0 + minute,
    ending: 'promoted',
    labels: { image: 'web:1.2', commit: 'abc' },
  })
  await store.openRun(old)
  await store.saveVerdict(aVerdict('old', { at: t0 - 1, summary: 'earlier' }))
  await store.saveVerdict(aVerdict('old', { summary: 'pass: all "good", so far' }))
  await store.saveDecision(aDecision({ runId: 'old', by: 'ann', reason: 'looked at it' }))
  await store.saveDecision(aDecision({ reason: 'of the next run' }))
  await store.openRun(aRun({ id: 'new', name: 'web', start: t0 + 1 }))
  const { status, text, headers } = await get(running, '/v1/runs.csv')
  expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
  expect(text).toBe(
    [
      head,
      'new,argo,shop,web,r2,,,,,web,sha256:1,2026-11-20T10:00:00.001Z,,,,,,',
      'old,argo,shop,web,r2,,web:1.2,abc,"{""image"":""web:1.2"",""commit"":""abc""}",web,sha256:1,2026-11-20T10:00:00.000Z,2026-11-20T10:01:00.000Z,promoted,,pass,"pass: all ""good"", so far",2026-11-20T10:00:00.000Z approve by ann: looked at it',
      '',
    ].join('\r\n'),
  )
})

test.each([
  ['=1+1', '"\'=1+1"'],
  ['+1', '"\'+1"'],
  ['-1', '"\'-1"'],
  ['@SUM(A1)', '"\'@SUM(A1)"'],
  ['＝1', '"\'＝1"'],
  ['a"b', '"a""b"'],
  ['a,b', '"a,b"'],
  [' a', '" a"'],
])('GET /v1/runs.csv writes %s so that no spreadsheet computes it', async (revision, cell) => {
  await using running = await runReader()
  await running.store.openRun(aRun({ id: 'one', name: 'web', revision }))
  const { text } = await get(running, '/v1/runs.csv')
  expect(text).toContain(`one,argo,shop,web,${cell},`)
})

test('GET /v1/runs.jsonl has a line for each run, of as many as asked for, beyond one page', async () => {
  await using running = await runReader()
  for (let i = 0; i < 130; i++) {
    await running.store.openRun(aRun({ id: `run-${i}`, start: t0 + i, closedAt: t0 + i }))
  }
  const lines = async (path: string): Promise<readonly { run: { id: string } }[]> =>
    (await get(running, path)).text
      .trimEnd()
      .split('\n')
      .map((line): { run: { id: string } } => JSON.parse(line))
  expect((await lines('/v1/runs.jsonl')).map(({ run }) => run.id)).toEqual(
    Array.from({ length: 130 }, (_, i) => `run-${129 - i}`),
  )
  expect(await lines('/v1/runs.jsonl?limit=110')).toHaveLength(110)
  const [first] = await lines('/v1/runs.jsonl?limit=1')
  expect(Object.keys(first ?? {})).toEqual(['run', 'steps', 'decisions', 'verdicts'])
  expect((await get(running, '/v1/runs.jsonl?limit=10001')).status).toBe(400)
})

test('labels of a caller stay with the run as they were first sent, without the empty ones', async () => {
  await using judge = await runJudge()
  judge.clock.ms = rolloutStart + 2 * minute
  const argo = (labels: object) => judge.argo({ labels })
  await argo({ image: 'web:1.2', commit: '' })
  judge.clock.ms += minute
  await argo({ image: 'web:1.3' })
  const { items } = await judge.store.listRuns({ limit: 10 })
  expect(items.map(({ labels }) => labels)).toEqual([{ image: 'web:1.2' }])
  expect((await argo({ 'not a name': 'x' })).status).toBe(400)
})
