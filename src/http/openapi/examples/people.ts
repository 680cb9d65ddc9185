import type { Examples } from './example.ts'
import { judgementExample } from './judging.ts'

const { id, run, judged, verdict, score, summary, links } = judgementExample
const digest = 'c067303ecd95469c312b55c8a97088d13731818cadc9e0c27765b081784a68dd'
const began = '2026-11-20T10:00:00.000Z'
const names = { namespace: 'shop', name: 'web' }

const runExample = {
  id: run,
  source: 'argo',
  ...names,
  revision: '79c4bfb5d',
  stableRevision: '6b8d7c5f4b',
  policy: 'istio-service',
  policyDigest: digest,
  open: true,
  start: began,
  openedAt: began,
  lastLookAt: '2026-11-20T10:07:00.000Z',
  gates: 3,
  firstFailAt: '2026-11-20T10:06:00.000Z',
}

const decision = { decision: 'hold', reason: 'the database is being moved' }
const decisionExample = {
  id: '3f0e7c52-9d1b-4c8a-8a44-51b2c6d7e8f9',
  ...names,
  run,
  ...decision,
  scope: 'step',
  step: 0,
  override: false,
  by: 'ann',
  at: '2026-11-20T10:05:30.000Z',
}

const look = {
  id,
  at: '2026-11-20T10:06:00.000Z',
  createdAt: '2026-11-20T10:07:00.000Z',
  judged,
  verdict,
  score,
  summary,
  links: { verdict: links.verdict, recording: links.recording },
}

export const peopleExamples: Examples = {
  listRuns: { path: '/v1/runs?namespace=shop&name=web&limit=1', answer: { runs: [runExample] } },
  getRun: {
    path: `/v1/runs/${run}`,
    answer: {
      run: runExample,
      steps: [{ index: 0, weight: 5, next: 25, startedAt: began, endsAt: '2026-11-20T10:10:00.000Z' }],
      decisions: [decisionExample],
      gates: [],
      verdicts: [look],
    },
  },
  getVerdict: { path: `/v1/verdicts/${id}`, answer: judgementExample },
  getRecording: {
    path: `/v1/verdicts/${id}/recording`,
    answer: {
      format: 'canary-judge/recording/1',
      sliceSeconds: 60,
      start: '2026-11-20T09:58:00Z',
      slices: 4,
      rolloutStart: 2,
      pods: [
        { name: 'web-7d9f-abcde', arm: 'stable' },
        { name: 'web-5c6b-fghij', arm: 'canary' },
      ],
      metrics: {
        errors: {
          kind: 'errors',
          bad: [
            [3, 2, 4, 3],
            [null, null, 0, 1],
          ],
          total: [
            [611, 598, 580, 577],
            [null, null, 29, 31],
          ],
        },
      },
    },
  },
  decideOnRun: { path: `/v1/runs/${run}/decisions`, body: decision, answer: decisionExample },
  decideByName: { body: { ...names, ...decision }, answer: decisionExample },
  approveGate: { answer: 'OK' },
  haltGate: { answer: 'Forbidden' },
  checkGate: { body: names, answer: 'Approved' },
  openGate: { body: names, answer: 'Opened' },
  closeGate: { body: names, answer: 'Closed' },
  checkRollback: { body: names, answer: 'Approved' },
  openRollback: { body: names, answer: 'Opened' },
  closeRollback: { body: names, answer: 'Closed' },
  listPolicies: {
    answer: {
      default: 'web',
      policies: [
        {
          name: 'web',
          digest,
          origin: 'user',
          file: 'web.yaml',
          metrics: [{ name: 'errors', kind: 'errors' }],
          warnings: [],
        },
      ],
    },
  },
  validatePolicy: {
    body: `name: web
metrics:
  - name: errors
    kind: errors
    total: http_requests_total
    bad: http_requests_total{code=~"5.."}
`,
    answer: {
      valid: true,
      digest,
      warnings: [],
      policy: { name: 'web' },
      from: { 'metrics.errors.kind': 'web', 'metrics.errors.total': 'web', 'metrics.errors.bad': 'web' },
    },
  },
  getHealth: { answer: { status: 'ok' } },
  getReadiness: {
    answer: {
      status: 'ready',
      parts: {
        store: { status: 'ok', since: began },
        'source default': {
          status: 'degraded',
          reason: 'the latest query ended with source-down, see the log',
          since: '2026-11-20T10:13:30.000Z',
        },
      },
    },
  },
  getMetrics: { answer: 'canary_judge_verdicts_total{caller="argo",verdict="fail",judged="fail"} 1\n' },
  getOpenApi: { answer: { openapi: '3.1.0' } },
  showDocs: {},
  showErrors: {},
  showReasons: {},
  showRollouts: {},
  followRun: { path: `/runs/${run}/events`, answer: 'event: changed\ndata: \n\n' },
  showPolicyOfRun: { path: `/runs/${run}/policy.yaml`, answer: 'name: web\nmetrics:\n  - name: errors\n' },
  showSignIn: {},
  showRun: { path: `/runs/${run}` },
  showVerdict: { path: `/verdicts/${look.id}` },
  exportRunsAsCsv: { path: '/v1/runs.csv?namespace=shop' },
  exportRunsAsJsonLines: { path: '/v1/runs.jsonl?namespace=shop' },
  openDecisionLink: { path: '/decide?token=TOKEN' },
  decideByLink: { path: '/decide?token=TOKEN' },
  showPlan: { path: '/plan?rps=20&steps=5,50' },
  planRollout: {
    path: '/v1/plan?rps=20&steps=5,50&minutes=15&policy=web',
    answer: {
      policy: 'web',
      stages: { weights: [5, 50], minutes: [15, 15] },
      metrics: [
        {
          name: 'errors',
          kind: 'errors',
          steps: [
            { weight: 5, ends: 15, shown: 4.02, held: 3.82, ruledOut: 3 },
            { weight: 50, ends: 30, shown: 1.82, held: 1.75, ruledOut: 1.84 },
          ],
          path: [
            { minute: 4, shown: 21.97 },
            { minute: 15, shown: 4.02 },
            { minute: 30, shown: 1.82 },
          ],
        },
      ],
      left: ['memory'],
    },
  },
  showPolicies: {},
  showPolicy: { path: '/policies/web' },
}
