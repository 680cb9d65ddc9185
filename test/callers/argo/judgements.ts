import type { Judgement } from '../../../src/judge/model/judgement.ts'

export const aJudgement = (change: Partial<Judgement> = {}): Judgement => ({
  id: 'v-1',
  run: 'shop.web.6d5f.0123',
  judged: 'inconclusive',
  verdict: 'inconclusive',
  score: 50,
  summary: 'inconclusive: no canary traffic yet',
  reasons: [{ code: 'no-canary-traffic', text: 'no canary traffic yet' }],
  metrics: [],
  window: { from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T10:00:00.000Z', at: 59 },
  decisions: [],
  kept: true,
  links: { run: '/v1/runs/shop.web.6d5f.0123', verdict: '/v1/verdicts/v-1' },
  ...change,
})
