import type { Examples } from './example.ts'

const run = 'shop.web.79c4bfb5d.a40c82999903d98e'
const verdict = '26797949c48a482060ada8e97b8d2563'
const summary =
  'fail: errors 1.3% of 1,867 canary requests vs 0.49% of 68,482 stable, at least 1.2 times worse'
const text = summary.replace('fail: ', '')

/** An answer of the judge; of its metrics only one is shown. */
export const judgementExample = {
  id: verdict,
  run,
  judged: 'fail',
  verdict: 'fail',
  score: 0,
  summary,
  reasons: [{ code: 'worse', metric: 'errors', text }],
  metrics: [
    {
      name: 'errors',
      kind: 'errors',
      judged: 'fail',
      required: true,
      canary: { events: 24, of: 1867, value: 0.01285, pods: 1 },
      stable: { events: 336, of: 68_482, value: 0.00491, pods: 4 },
      ratio: { estimate: 2.66, low: 1.19, high: 5.26 },
      evidence: 161.5,
      passEvidence: 0.23,
      tolerance: 1,
      margin: 3,
      dispersion: 1.12,
      reasons: [{ code: 'worse', metric: 'errors', text }],
    },
  ],
  step: { index: 0, weight: 5, next: 25, slice: 120, ends: 130, atGate: false, passed: false },
  window: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:06:00.000Z', at: 125 },
  decisions: [],
  kept: true,
  links: {
    run: `/v1/runs/${run}`,
    verdict: `/v1/verdicts/${verdict}`,
    recording: `/v1/verdicts/${verdict}/recording`,
  },
}

const hook = {
  namespace: 'shop',
  name: 'web',
  phase: 'Progressing',
  checksum: '6c8d9b7f5',
  metadata: { policy: 'istio', target: 'web', service: 'web', port: '80', steps: '5,25,50' },
}
const passed = `pass: errors at most 2.1 times, p95 at most 6.2% slower; /v1/verdicts/${verdict}`

export const judgingExamples: Examples = {
  judge: {
    body: {
      policy: 'istio-service',
      namespace: 'shop',
      name: 'web',
      canary: { revision: '79c4bfb5d' },
      stable: { revision: '6b8d7c5f4b' },
      step: { index: 0, of: 3, weight: 5, next: 25, minutes: 10 },
      keep: true,
    },
    answer: judgementExample,
  },
  judgeForArgo: {
    body: {
      namespace: 'shop',
      name: 'web',
      canaryHash: '79c4bfb5d',
      stableHash: '6b8d7c5f4b',
      policy: 'istio-service',
      step: '1',
      of: '3',
      weight: '5',
      next: '25',
      minutes: '10',
      looks: '14',
    },
    answer: { ...judgementExample, argo: [0, 'fail', summary] },
  },
  'flagger-confirm-rollout': { body: hook, answer: 'no person holds shop/web' },
  'flagger-pre-rollout': { body: hook, answer: 'ready to judge shop/web' },
  'flagger-rollout': { body: hook, answer: passed },
  'flagger-confirm-traffic-increase': { body: hook, answer: passed },
  'flagger-confirm-promotion': { body: hook, answer: passed },
  'flagger-post-rollout': {
    body: { ...hook, phase: 'Succeeded' },
    answer: 'the rollout of shop/web is over',
  },
  'flagger-rollback': { body: hook, answer: `roll back: ${summary}; /v1/verdicts/${verdict}` },
  'flagger-event': {
    body: { ...hook, metadata: { ...hook.metadata, eventMessage: 'Advance web.shop canary weight 25' } },
    answer: "the canary's weight is 25",
  },
  'flagger-metric': {
    path: `/prometheus/api/v1/query?query=${encodeURIComponent('canary_judge_fail{namespace="shop",name="web"}')}`,
    answer: {
      status: 'success',
      data: {
        resultType: 'vector',
        result: [{ metric: { __name__: 'canary_judge_fail', verdict: 'pass' }, value: [1763632800, '0'] }],
      },
    },
  },
}
