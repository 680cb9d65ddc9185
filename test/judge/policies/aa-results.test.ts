import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAaResults } from '../../../src/formats/past/aa-result.ts'
import { fixturePolicy, runJudge, type RunningJudge } from '../../support/service/run-judge.ts'

const share = (value: number) => ({
  share: value,
  low: value / 2,
  high: Math.min(value * 2, 1),
  effective: 92,
})
const result = {
  namespace: 'shop',
  name: '<b>web</b>',
  policy: 'web',
  digest: 'of another version',
  from: '2026-01-05T00:00:00.000Z',
  to: '2026-01-12T00:00:00.000Z',
  weights: [5, 50],
  minutes: [10, 10],
  rollouts: 300,
  skipped: 0,
  notJudged: [],
  healthy: { aborted: share(0.01), promoted: share(0.97), asked: share(0.02) },
  releases: [
    { release: 'healthy', promoted: 0.97, aborted: 0.01, asked: 0.02, stoppedBy: [0, 0.03] },
    { release: 'errors ×2', shownBy: 'errors', promoted: 0.04, minutesToStop: 14 },
    { release: 'errors ×1.5', shownBy: 'errors', promoted: 1 },
  ],
}

describe('a result of aa beside the policies', () => {
  let folder: string
  let judge: RunningJudge
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-aa-'))
    await writeFile(join(folder, 'web.yaml'), fixturePolicy)
    await writeFile(join(folder, 'web.aa.jsonl'), `${JSON.stringify(result)}\n\n`)
    judge = await runJudge({ change: (config) => ({ ...config, policies: { directory: folder } }) })
  })
  afterAll(async () => {
    await judge[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const read = async (path: string): Promise<string> => {
    const { text } = await request(judge.url)
      .get(path)
      .set({ Accept: 'text/html', Authorization: 'Bearer ann-token-0123456789' })
    return text.replaceAll(/\s+/g, ' ')
  }

  test('stands on the page of its policy, with what it says of harm and of other versions', async () => {
    const page = await read('/policies/web')
    expect(page).toContain(
      'On <b>shop / &lt;b&gt;web&lt;/b&gt;</b> it aborts 1% (0.5% to 2%) of healthy rollouts',
    )
    expect(page).toContain('finds errors ×2 in 96% of rollouts, half of these within 14 minutes')
    expect(page).toContain('never finds errors ×1.5')
    expect(page).toContain(
      '300 pretended rollouts of 2026-01-05 to 2026-01-12, judged by another version of this policy',
    )
    expect(await read('/policies/istio')).not.toContain('Tried on the past')
  })

  test('is in the metrics', async () => {
    const metrics = await read('/metrics')
    const of = 'policy="web",rollout_namespace="shop",rollout="<b>web</b>"'
    expect(metrics).toContain(`canary_judge_aa_share{${of},outcome="aborted"} 0.01 `)
    expect(metrics).toContain(`canary_judge_aa_found_share{${of},release="errors ×2"} 0.96`)
    expect(metrics).not.toContain('release="healthy"')
  })

  test('that cannot be read is refused, and the policies stay', async () => {
    await writeFile(join(folder, 'web.aa.jsonl'), '{"namespace": "shop"}\n')
    await judge.app.reload()
    const { body } = await request(judge.url).get('/readyz')
    expect(JSON.stringify(body)).toContain('web.aa.jsonl')
    expect(await read('/policies/web')).not.toContain('Tried on the past')
    expect((await judge.judge()).status).toBe(200)
  })
})

test.each([
  ['nothing else', '{}', 'x:1: expected a result of canary-judge aa --json, got something else at namespace'],
  [
    'no JSON',
    `${JSON.stringify(result)}\n{`,
    'x:2: expected a result of canary-judge aa --json, got something else',
  ],
  ['too many', `${JSON.stringify(result)}\n`.repeat(101), 'x: expected at most 100 results, got 101'],
])('parseAaResults() refuses a file with %s', (_, content, message) => {
  expect(() => parseAaResults(content, 'x')).toThrow(message)
})
