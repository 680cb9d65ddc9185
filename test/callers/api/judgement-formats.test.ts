import { expect, test } from 'vitest'
import { judgementPage } from '../../../src/web/pages/judgement-page.ts'
import { judgementText } from '../../../src/web/parts/judgement-text.ts'
import { decisionToJson } from '../../../src/judge/model/decision-to-json.ts'
import type { Judgement } from '../../../src/judge/model/judgement.ts'
import { aDecision } from '../../contract/rows.ts'

const judgement: Judgement = {
  id: 'v1',
  run: 'run-1',
  judged: 'inconclusive',
  verdict: 'pass',
  score: 61.4,
  summary: 'pass: approved by ann: fine',
  reasons: [{ code: 'approved', text: 'approved by <b>ann</b>: \u001b[31mfine' }],
  metrics: [
    {
      name: 'p95',
      kind: 'latency',
      judged: 'inconclusive',
      required: true,
      canary: { events: 12, of: 240, value: 0.2513, pods: 1 },
      stable: { value: 0.25 },
      ratio: { estimate: 1.0049, low: 0.8, high: 1.21 },
      evidence: 1.5e12,
      tolerance: 1.05,
      neededMinutes: 7,
      reasons: [],
    },
    {
      name: 'cpu',
      kind: 'gauge',
      judged: 'inconclusive',
      required: false,
      canary: { events: 1, of: 2 },
      stable: {},
      evidence: 1,
      tolerance: 1.25,
      reasons: [],
    },
  ],
  step: { index: 1, weight: 25, next: 50, slice: 5, atGate: false, passed: true },
  window: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:05:00.000Z', at: 4 },
  decisions: [decisionToJson(aDecision({ by: 'ann', reason: 'fine', step: 1 }))],
  kept: false,
  links: { run: '/v1/runs/run-1', verdict: '/v1/verdicts/v1' },
}

test('judgementText() is an aligned table that cannot steer a terminal', () => {
  expect(judgementText(judgement)).toBe(`pass: approved by ann: fine

verdict  pass
judged   inconclusive
score    61
run      run-1
step     2 at 25%, next 50%, passed
window   2026-11-20T10:00:00.000Z to 2026-11-20T10:05:00.000Z
kept     no, the store did not answer in time
id       v1
more     /v1/runs/run-1

metric         judged        canary               stable  ratio            evidence  needs
p95            inconclusive  0.251 s (12 of 240)  0.25 s  1 (0.8 to 1.21)  1.5e+12   7 min
cpu (watched)  inconclusive  (1 of 2)             -       -                1         -

reason    metric  text
approved          approved by <b>ann</b>: ?[31mfine

decision  by   reason
approve   ann  fine
`)
})

test('judgementPage() escapes everything, and shows decisions', () => {
  const page = judgementPage(judgement)
  expect(page).toContain('approved by &lt;b&gt;ann&lt;/b&gt;')
  expect(page).toContain('<td>approve</td><td>step</td><td>ann</td><td>fine</td>')
  expect(page).not.toContain('<b>')
  const { step: _step, ...without } = judgement
  const plain = judgementPage({
    ...without,
    decisions: [],
    kept: true,
    links: { ...judgement.links, recording: '/r' },
  })
  expect(plain).toContain('<p>none</p>')
  expect(plain).toContain('<a href="/r">recording</a>')
})

test.each([
  ['stored', 'the recording kept then'],
  ['source', 'what Prometheus has today'],
] as const)('a look at the past says that its data are of the kind %s', (data, words) => {
  expect(judgementText({ ...judgement, data })).toContain(`\ndata     ${words}\n`)
  expect(judgementPage({ ...judgement, data })).toContain(`<td>data</td><td>${words}</td>`)
})

test('a comparison says which arm is better, as a whole and in each metric', () => {
  const [p95, ...others] = judgement.metrics.map((metric) => ({
    ...metric,
    winner: 'canary-better' as const,
  }))
  const winner = { answer: 'each-better', error: 0.05, text: 'wrong at most 5%' } as const
  const compared = { ...judgement, winner, metrics: p95 === undefined ? [] : [p95, ...others] }
  const text = judgementText(compared)
  expect(text).toContain('\nwinner   each better; wrong at most 5%\n')
  expect(text).toMatch(/\np95 +inconclusive, canary better +0\.251 s/)
  const page = judgementPage(compared)
  expect(page).toContain('<td>winner</td><td>each better; wrong at most 5%</td>')
  expect(page).toContain('<td>inconclusive, canary better</td>')
})
